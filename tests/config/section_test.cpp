#include "config/section.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/error.h"
#include "base/text.h"

using namespace epitaxy;
using config::Document;
using config::Section;
using Texts = std::vector<std::string>;
using Integers = std::vector<long long>;

namespace {

/// The lines of the error that ends the reading of a document; empty when there was none.
Texts problems(const Document& document) {
  try {
    document.finish();
  } catch (const InputError& error) {
    return text::split(error.what(), '\n');
  }
  return {};
}

void check_problems(const Document& document, Texts expected) {
  expected.insert(expected.begin(),
                  fmt::format("x.yaml: {} problem{}", expected.size(), expected.size() == 1 ? "" : "s"));
  BOOST_TEST(problems(document) == expected, boost::test_tools::per_element());
}

Document read(const std::string& text, const std::vector<config::Override>& overrides = {}) {
  return Document::from_text(text, "x.yaml", overrides);
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(section_test)

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf_8_are_refused_with_their_line) {
  BOOST_TEST(error_of("a: 1\nname: caf\xe9\n") ==
             "x.yaml:2: holds bytes that are no text in UTF-8: save the file as UTF-8");
  BOOST_TEST(error_of("a: 1\n\xb0 C: 3\n") ==
             "x.yaml:2: holds bytes that are no text in UTF-8: save the file as UTF-8");
  BOOST_TEST(error_of("name: caf\u00e9\n") == "");
}

// For yaml-cpp these are empty documents without end.
BOOST_AUTO_TEST_CASE(a_sign_out_of_place_is_refused_with_its_line) {
  for (const std::string text : {",", ", a: 1\n", ",text: a\ntext: b\n"}) {
    BOOST_TEST(error_of(text) == "x.yaml:1: not valid YAML: there is a sign where a key or a value should begin");
  }
  BOOST_TEST(error_of("a: 1\n---\n, b\n") == "x.yaml: holds several YAML documents; one is expected");
  BOOST_TEST(error_of("") == "");
  BOOST_TEST(error_of("# nothing\n") == "");
}

BOOST_AUTO_TEST_CASE(every_type_is_read) {
  const Document document = read(R"(
name: run 1
rate: 1e-3
limit: .inf
epochs: +40
fast: yes
loss: mae
layers: [1024, 512]
one: 7
pair: [-10, 0.5]
symbols: [No, "He", Y]
)");
  Section root = document.root();
  BOOST_TEST(root.string("name") == "run 1");
  BOOST_TEST(root.number("rate") == 0.001);
  BOOST_TEST(std::isinf(root.number("limit")));
  BOOST_TEST(root.integer("epochs", std::nullopt, {1, 40}) == 40);
  BOOST_TEST(root.boolean("fast"));
  BOOST_TEST(root.choice("loss", {"mse", "mae"}) == "mae");
  BOOST_TEST(root.integers("layers") == (Integers{1024, 512}), boost::test_tools::per_element());
  BOOST_TEST(root.integers("one") == Integers{7}, boost::test_tools::per_element());
  BOOST_TEST(root.numbers("pair") == (std::vector{-10, 0.5}), boost::test_tools::per_element());
  BOOST_TEST(root.strings("symbols") == (Texts{"No", "He", "Y"}), boost::test_tools::per_element());
  BOOST_CHECK_NO_THROW(document.finish());
}

BOOST_AUTO_TEST_CASE(defaults_stand_in_for_what_is_missing) {
  const Document document = read("");
  Section root = document.root();
  BOOST_TEST(root.string("a", "x") == "x");
  BOOST_TEST(root.number("b", 2.5, {0, 3}) == 2.5);
  BOOST_TEST(root.integer("c", 3) == 3);
  BOOST_TEST(!root.boolean("d", false));
  BOOST_TEST(root.choice("e", {"f", "g"}, "g") == "g");
  BOOST_TEST(root.integers("h", Integers{1}).size() == 1u);
  BOOST_TEST(root.section("i").section("j").integer("k", 4) == 4);
  BOOST_TEST(root.sections("l").empty());
  BOOST_CHECK_NO_THROW(document.finish());
}

BOOST_AUTO_TEST_CASE(unknown_keys_come_with_line_and_hint) {
  const Document document = read(R"(training:
  epoch: 3
  zzzzzzzz: 1
stge: pretrain
nested: {whatever: 1}
)");
  Section root = document.root();
  root.string("stage", "import");
  root.section("training").integer("epochs", 1);
  root.section("training").has("batch");
  check_problems(document, {"x.yaml:2: unknown key 'epoch' in 'training'; did you mean 'epochs'?",
                            "x.yaml:3: unknown key 'zzzzzzzz' in 'training'; known keys are epochs, batch",
                            "x.yaml:4: unknown key 'stge'; did you mean 'stage'?",
                            "x.yaml:5: unknown key 'nested'; known keys are stage, training"});
}

BOOST_AUTO_TEST_CASE(wrong_values_say_what_is_expected_and_give_the_default) {
  const Document document = read(R"(training:
  epochs: abc
  batch: 2.5
  rate: fast
  gone: .nan
  seed: -1
  clip: 1e9
  loss: mea
  fast: maybe
  name: [a, b]
  layers: [1, 2, x]
  empty:
  infinite: .inf
)");
  Section training = document.root().section("training");
  BOOST_TEST(training.integer("epochs", 40) == 40);
  BOOST_TEST(training.integer("batch", std::nullopt, {8, 16}) == 8);
  BOOST_TEST(training.number("rate", 0.5) == 0.5);
  BOOST_TEST(training.number("gone", 0.5) == 0.5);
  BOOST_TEST(training.integer("seed", 5, {0, std::numeric_limits<double>::infinity()}) == 5);
  BOOST_TEST(training.number("clip", 0.0, {0, 10}) == 0);
  BOOST_TEST(training.choice("loss", {"mae", "mse"}) == "mae");
  BOOST_TEST(training.boolean("fast", true));
  BOOST_TEST(training.string("name", "c") == "c");
  BOOST_TEST(training.integers("layers", Integers{9}) == Integers{9}, boost::test_tools::per_element());
  BOOST_TEST(training.integer("empty", 6) == 6);
  BOOST_TEST(training.number("infinite", 7, {0, 10}) == 7);
  check_problems(
      document,
      {"x.yaml:2: 'training.epochs' must be a whole number, not 'abc'",
       "x.yaml:3: 'training.batch' must be a whole number, not '2.5'",
       "x.yaml:4: 'training.rate' must be a number, not 'fast'",
       "x.yaml:5: 'training.gone' must be a number, not '.nan'", "x.yaml:6: 'training.seed' must be at least 0, not -1",
       "x.yaml:7: 'training.clip' must lie between 0 and 10, not 1e9",
       "x.yaml:8: 'training.loss' must be one of mae, mse, not 'mea'; did you mean 'mae'?",
       "x.yaml:9: 'training.fast' must be true or false, not 'maybe'",
       "x.yaml:10: 'training.name' must be a single value, not a list",
       "x.yaml:11: 'training.layers.2' must be a whole number, not 'x'", "x.yaml:12: 'training.empty' has no value",
       "x.yaml:13: 'training.infinite' must lie between 0 and 10, not .inf"});
}

BOOST_AUTO_TEST_CASE(required_keys_are_missed_by_their_section) {
  const Document document = read("a: 1\ntraining:\n  batch: 2\ndata:\n  - {file: x}\n  - {head: y}\n");
  Section root = document.root();
  root.integer("a");
  root.string("stage");
  Section training = root.section("training");
  training.integer("batch");
  training.integer("epochs");
  training.integer("epochs");
  for (Section source : root.sections("data")) {
    source.string("file");
    source.string("head", "");
  }
  root.section("model").string("kind");
  check_problems(document, {"x.yaml:1: 'stage' is missing", "x.yaml:1: 'model' lacks 'kind'",
                            "x.yaml:2: 'training' lacks 'epochs'", "x.yaml:6: 'data.1' lacks 'file'"});
}

BOOST_AUTO_TEST_CASE(duplicate_keys_are_found_at_every_depth) {
  const Document document = read("a: 1\nb:\n  - c: 1\n    d: 2\n    c: 3\na: 4\n");
  Section root = document.root();
  BOOST_TEST(root.integer("a") == 1);
  for (Section item : root.sections("b")) {
    BOOST_TEST(item.integer("c") == 1);
    item.integer("d");
  }
  check_problems(document, {"x.yaml:5: 'b.0.c' is given twice; the first is in line 3",
                            "x.yaml:6: 'a' is given twice; the first is in line 1"});
}

BOOST_AUTO_TEST_CASE(something_else_in_place_of_a_mapping_is_one_problem) {
  const Document document = read("training: 5\ndata: [x.h5]\noptimizer:\n");
  Section root = document.root();
  root.section("training").integer("epochs");
  root.section("training").section("below").integer("deep");
  for (Section source : root.sections("data")) {
    source.string("file");
  }
  BOOST_TEST(root.section("optimizer").string("kind", "adam") == "adam");
  check_problems(document, {"x.yaml:1: 'training' must be a mapping of keys to values, not a single value",
                            "x.yaml:2: 'data.0' must be a mapping of keys to values, not a single value"});
}

BOOST_AUTO_TEST_CASE(a_single_mapping_is_a_list_of_one) {
  const Document document = read("data: {file: x.h5}\n");
  const std::vector<Section> sources = document.root().sections("data");
  BOOST_REQUIRE(sources.size() == 1u);
  BOOST_TEST(Section(sources[0]).string("file") == "x.h5");
  BOOST_CHECK_NO_THROW(document.finish());
}

BOOST_AUTO_TEST_CASE(mappings_with_free_keys_are_read_through_their_keys) {
  const Document document = read("rates:\n  body.*: 0.1\n  head.*: 1\n  odd: x\n");
  Section rates = document.root().section("rates");
  BOOST_TEST(rates.keys() == (Texts{"body.*", "head.*", "odd"}), boost::test_tools::per_element());
  BOOST_TEST(rates.number("body.*") == 0.1);
  BOOST_TEST(rates.number("head.*") == 1);
  check_problems(document, {"x.yaml:4: unknown key 'odd' in 'rates'; known keys are body.*, head.*"});
}

BOOST_AUTO_TEST_CASE(later_checks_name_the_place) {
  const Document document = read("batch: 10\ntraining:\n  shards: 3\n");
  Section root = document.root();
  Section training = root.section("training");
  training.integer("shards");
  root.integer("batch");
  BOOST_TEST(training.where("shards") == "x.yaml:3");
  BOOST_TEST(training.where("absent") == "x.yaml:2");
  training.problem("shards", "does not divide the batch");
  training.problem("", "is odd");
  root.problem("", "nothing fits");
  check_problems(document, {"x.yaml:1: nothing fits", "x.yaml:2: 'training': is odd",
                            "x.yaml:3: 'training.shards': does not divide the batch"});
}

BOOST_AUTO_TEST_CASE(overrides_replace_create_and_reach_into_lists) {
  const std::string text = "training:\n  epochs: 5\ndata:\n  - {file: a.h5}\n  - {file: b.h5}\nrates: {body.0: 1}\n";
  const Document document = read(text, {{"training.epochs", "7"},
                                        {"model.kind", "composition_net"},
                                        {"data.1.file", "c.h5"},
                                        {"layers", "[1, 2]"},
                                        {"rates.body.0", "3"}});
  Section root = document.root();
  BOOST_TEST(root.section("training").integer("epochs") == 7);
  BOOST_TEST(root.section("model").string("kind") == "composition_net");
  BOOST_TEST(root.sections("data")[0].string("file") == "a.h5");
  BOOST_TEST(root.sections("data")[1].string("file") == "c.h5");
  BOOST_TEST(root.integers("layers").size() == 2u);
  BOOST_TEST(root.section("rates").integer("body.0") == 3);
  BOOST_CHECK_NO_THROW(document.finish());
}

BOOST_AUTO_TEST_CASE(a_value_of_any_kind_passes_on_as_an_override) {
  ::setenv("EPITAXY_TEST_NAME", "gap", 1);
  const Document document = read(R"(
set:
  data.0.heads:
    - {head: "${EPITAXY_TEST_NAME}", target: 'a: "b", #c'}
    - {head: dipole, weight: 0.5, note: "[1]"}
  training: {epochs: 3}
  layers: [1, 2]
  as_text: "[3, 4]"
)");
  std::vector<config::Override> overrides;
  Section set = document.root().section("set");
  for (const auto& key : set.keys()) {
    overrides.push_back({key, set.yaml(key)});
  }
  BOOST_CHECK_NO_THROW(document.finish());
  ::unsetenv("EPITAXY_TEST_NAME");

  const Document changed = read("data: [{heads: [{head: old}]}]\ntraining: {epochs: 5}\n", overrides);
  auto heads = changed.root().sections("data")[0].sections("heads");
  BOOST_REQUIRE(heads.size() == 2u);
  BOOST_TEST(heads[0].string("head") == "gap");
  BOOST_TEST(heads[0].string("target") == "a: \"b\", #c");
  BOOST_TEST(heads[1].number("weight") == 0.5);
  BOOST_TEST(heads[1].string("note") == "[1]");
  BOOST_TEST(changed.root().section("training").integer("epochs") == 3);
  BOOST_TEST(changed.root().integers("layers") == (Integers{1, 2}), boost::test_tools::per_element());
  BOOST_TEST(changed.root().integers("as_text") == (Integers{3, 4}), boost::test_tools::per_element());

  const Document again = read(document.resolved());
  Section same = again.root().section("set");
  for (const auto& o : overrides) {
    BOOST_TEST(same.yaml(o.key) == o.value);
  }
  const Document wrong = read("set:\n  a:\n    - {b: \"${EPITAXY_TEST_NAME}\"}\n  c:\n");
  wrong.root().section("set").yaml("a");
  wrong.root().section("set").yaml("c");
  const Texts lines = problems(wrong);
  BOOST_REQUIRE(lines.size() == 3u);
  BOOST_TEST(lines[1].starts_with("x.yaml:3: 'set.a': "));
  BOOST_TEST(lines[2] == "x.yaml:4: 'set.c' has no value");
}

BOOST_AUTO_TEST_CASE(overrides_that_lead_nowhere_are_problems) {
  const Document document = read("training: {epochs: 5, batch: 1}\ndata: [{file: a.h5}]\n", {{"training.epoch", "7"},
                                                                                             {"training.epochs.x", "1"},
                                                                                             {"data.1.file", "c.h5"},
                                                                                             {"training..a", "1"},
                                                                                             {"training.batch", "abc"},
                                                                                             {"name", "[a"}});
  Section root = document.root();
  BOOST_TEST(root.section("training").integer("epochs") == 5);
  root.section("training").integer("batch", 2);
  root.sections("data")[0].string("file");
  const Texts lines = problems(document);
  BOOST_REQUIRE(lines.size() == 7u);
  BOOST_TEST(lines[1] == "--set training.epochs.x: 'x' cannot be set in the value '5'");
  BOOST_TEST(lines[2] == "--set data.1.file: the list has 1 items, counted from 0, and no item '1'");
  BOOST_TEST(lines[3] == "--set training..a: not a key: write --set key=value or --set section.key=value");
  BOOST_TEST(lines[4].starts_with("--set name: '[a' is not valid YAML: "));
  BOOST_TEST(lines[5] == "--set training.batch: 'training.batch' must be a whole number, not 'abc'");
  BOOST_TEST(lines[6] == "--set training.epoch: unknown key 'epoch' in 'training'; did you mean 'epochs'?");
}

BOOST_AUTO_TEST_CASE(inputs_that_are_not_yaml_say_where) {
  BOOST_TEST(error_of("a: 1\nb: [1, 2\nc: 3\n").starts_with("x.yaml:3: not valid YAML: "));
  BOOST_TEST(error_of("- 1\n") == "x.yaml:1: 'key: value' lines are expected at the top");
  BOOST_TEST(error_of("a: 1\n---\nb: 2\n") == "x.yaml: holds several YAML documents; one is expected");
  BOOST_TEST(error_of("a: &x [*x]\n") != "");
  BOOST_CHECK_THROW(Document::from_file("/nonexistent/x.yaml"), InputError);
}

BOOST_AUTO_TEST_CASE(aliases_repeat_what_they_stand_for) {
  const Document document = read("a: &one {n: 1}\nb: *one\n");
  Section root = document.root();
  BOOST_TEST(root.section("a").integer("n") + root.section("b").integer("n") == 2);
  BOOST_CHECK_NO_THROW(document.finish());
}

BOOST_AUTO_TEST_CASE(variables_are_expanded_and_a_missing_one_is_a_problem) {
  ::setenv("EPITAXY_TEST_FOLDER", "/big", 1);
  ::unsetenv("EPITAXY_TEST_UNSET");
  const std::string text = "a: ${EPITAXY_TEST_FOLDER}/x.h5\nb: ${HERE}/../y\nc: ['${EPITAXY_TEST_UNSET:-z}']\n";
  const Document document = Document::from_text(text, "inputs/quick/x.yaml");
  BOOST_TEST(document.root().string("a") == "/big/x.h5");
  BOOST_TEST(document.root().string("b") == "inputs/quick/../y");
  BOOST_TEST(document.root().strings("c") == Texts{"z"}, boost::test_tools::per_element());
  BOOST_CHECK_NO_THROW(document.finish());
  BOOST_TEST(read("a: ${HERE}/y\n").root().string("a") == "./y");

  const Document wrong = read("a: 1\nb: ${EPITAXY_TEST_UNSET}/x\n");
  wrong.root().integer("a");
  wrong.root().string("b");
  const Texts lines = problems(wrong);
  BOOST_REQUIRE(lines.size() == 2u);
  BOOST_TEST(lines[1].starts_with("x.yaml:2: 'b': the environment variable EPITAXY_TEST_UNSET is not set"));
}

namespace {

std::string resolve(const std::string& text) {
  const Document document = read(text);
  Section root = document.root();
  Section training = root.section("training");
  training.number("rate", 1e-5);
  training.number("peak", 0.001);
  training.number("whole", 2);
  training.number("limit", std::numeric_limits<double>::infinity());
  training.number("unset", std::numeric_limits<double>::quiet_NaN());
  training.integer("patience", -1, {0, 10});
  training.boolean("fast", true);
  training.numbers("range", std::vector{-5.0, 1e20});
  root.string("stage", "pretrain");
  for (Section source : root.sections("data")) {
    source.string("file");
    source.string("head", "No");
    source.section("options").strings("drop", Texts{});
  }
  root.sections("none");
  root.section("untouched").has("x");
  root.section("untouched").section("deep");
  Section odd = root.section("odd");
  for (const std::string& key : odd.keys()) {
    odd.string(key);
  }
  document.finish();
  return document.resolved();
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_resolved_input_has_every_default_in_the_order_of_reading) {
  const std::string text =
      "data:\n  - file: a.h5\n  - {head: oqmd, file: b.h5}\ntraining: {peak: 0.5}\n"
      "odd: {b: 'true', a: \"two\\nlines: \\\"x\\\" # no\", 'c*': '00:30:00', 1: '', d: .inf, N: eV/atom}\n";
  const std::string expected = R"(training:
  rate: 1.0e-05
  peak: 0.5
  whole: 2
  limit: .inf
  fast: true
  range: [-5, 1.0e+20]
stage: pretrain
data:
  - file: a.h5
    head: "No"
    options:
      drop: []
  - file: b.h5
    head: oqmd
    options:
      drop: []
odd:
  b: "true"
  a: "two\nlines: \"x\" # no"
  "c*": "00:30:00"
  "1": ""
  d: ".inf"
  "N": eV/atom
)";
  BOOST_TEST(resolve(text) == expected);
}

BOOST_AUTO_TEST_CASE(the_resolved_input_reads_back_to_itself) {
  for (const char* text :
       {"", "data: {file: 'a: b'}\n", "data: []\nodd: {x: \"\\t\\u00e9 \\\\ '\", '~': '-', ' ': '{'}\n"}) {
    const std::string once = resolve(text);
    BOOST_TEST(resolve(once) == once);
  }
}

BOOST_AUTO_TEST_CASE(aliases_may_repeat_but_not_multiply) {
  const Document document = read("a: &a {x: 1}\nb: [*a, *a]\n");
  BOOST_TEST(Section(document.root().sections("b").at(1)).integer("x") == 1);
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x]\n";
  for (char name = 'b'; name < 'k'; ++name) {
    bomb +=
        fmt::format("{0}: &{0} [*{1}, *{1}, *{1}, *{1}, *{1}, *{1}, *{1}, *{1}]\n", name, static_cast<char>(name - 1));
  }
  const auto says = [](const char* what) {
    return [what](const InputError& error) { return std::string(error.what()).find(what) != std::string::npos; };
  };
  BOOST_CHECK_EXCEPTION(read(bomb), InputError, says("x.yaml:6: aliases ('*name') multiply"));
  const std::string longest = fmt::format("a: &a {}\nb: [{}]\n", std::string(10000, 'x'),
                                          fmt::join(std::vector<std::string>(1000, "*a"), ", "));
  BOOST_CHECK_EXCEPTION(read(longest), InputError, says("x.yaml:2: aliases"));
  BOOST_CHECK_EXCEPTION(read("a: 1\nb: &b [*b]\n"), InputError, says("'b.0.0.0"));
  BOOST_CHECK_EXCEPTION(read("a: 1\nb: &b [*b]\n"), InputError, says("x.yaml:2:"));
}

BOOST_AUTO_TEST_CASE(an_input_without_aliases_may_be_long) {
  std::string list = "a: [";
  for (int i = 0; i < 200000; ++i) {
    list += "1, ";
  }
  const Document document = read(list + "1]\n");
  BOOST_TEST(document.root().integers("a").size() == 200001U);
}

BOOST_AUTO_TEST_CASE(a_tab_as_indentation_is_told) {
  const auto told = [](const InputError& error) {
    return std::string(error.what()).find("x.yaml:2: not valid YAML: the line is indented by a tab") == 0;
  };
  BOOST_CHECK_EXCEPTION(read("a:\n\tb: 1\n"), InputError, told);
  BOOST_CHECK_EXCEPTION(read("a:\n \t- b: 1\n"), InputError, told);
  BOOST_CHECK_EXCEPTION(read("a: 1\n\tb: [\n"), InputError, told);
  BOOST_TEST(read("a:\t1\n").root().integer("a") == 1);
}

BOOST_AUTO_TEST_CASE(line_ends_that_yaml_would_miss_are_told) {
  const auto read = [](const std::string& text) { return Document::from_text(text, "x.yaml"); };
  BOOST_CHECK_EXCEPTION(read("a: 1\n# not seen\rb: 2\nc: 3\n"), InputError, [](const InputError& error) {
    return std::string(error.what()).starts_with("x.yaml:2: holds a carriage return");
  });
  BOOST_CHECK_THROW(read("a: 1\rb: 2\r"), InputError);
  BOOST_TEST(read("a: 1\r\nb: 2\r\n").root().integer("b") == 2);
}

BOOST_AUTO_TEST_CASE(very_many_and_very_deep_overrides_cost_no_more_than_they_are) {
  std::vector<config::Override> overrides;
  for (int i = 0; i < 30000; ++i) {
    overrides.push_back({fmt::format("a.key{}", i), "1"});
  }
  const Document many = Document::from_text("a: {}\n", "x.yaml", overrides);
  BOOST_TEST(many.root().section("a").integer("key29999") == 1);
  std::string deep = "a";
  for (int i = 0; i < 30000; ++i) {
    deep += ".a";
  }
  const Texts lines = problems(Document::from_text("", "x.yaml", {{deep, "1"}}));
  BOOST_TEST(lines.at(1).ends_with("is nested too deeply (more than 50 levels)"));
}

BOOST_AUTO_TEST_SUITE_END()
