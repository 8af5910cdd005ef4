#include "config/keys.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "config/key_list.h"
#include "config/key_reader.h"

using namespace epitaxy;
using config::Document;
using config::Key;
using config::Keys;

namespace {

enum class Fruit { apple, pear };
constexpr Named<Fruit> kFruits[] = {{Fruit::apple, "apple"}, {Fruit::pear, "pear"}};
constexpr std::span<const Named<Fruit>> names(Fruit) { return kFruits; }

struct Item {
  std::string name;
  double share = 1;
};

struct Basket {
  Fruit fruit = Fruit::apple;
  int count = 3;
  double weight = 0.5;
  bool washed = false;
  double softness = 0.25;  ///< Of pears alone.
  std::optional<double> price;
  double low = -1;
  double high = 1;
  std::vector<std::size_t> sizes{1, 2};
  std::vector<Item> items;
  std::vector<Item> named;
  std::string file;
  std::string note;
};

void keys(Keys& k, Basket& s) {
  k.choice(s.fruit, {"fruit", "what is in it"});
  k.when(s.fruit == Fruit::pear, "fruit: pear", [&](Keys& pear) {
    pear.number(s.softness, {"softness", "when it is ripe"}, {0, 1});
  });
  k.integer(s.count, {"count", "how many"}, {1, 100});
  k.section({"scale", "the scale"}, [&](Keys& scale) {
    scale.number(s.weight, Key("weight", "of one").in("kg"), {0, 10});
  });
  k.either(s.washed, Key("state", "of the fruit").speed(), "raw", "washed");
  k.optional(s.price, Key("price", "of one").output(), {0, 1e3});
  k.interval(s.low, s.high, {"range", "of sizes"});
  k.integers(s.sizes, {"sizes", "in order"}, {1, 9});
  k.list(s.items, {"items", "each by itself"}, [](Keys& item, Item& value) {
    item.text(value.name, Key("name", "of the item").required());
    item.number(value.share, {"share", "of the whole"}, {0, 1});
  });
  k.named(s.named, Key("named", "by name").output(), "NAME", [](Keys& item, const std::string& name, Item& value) {
    value.name = name;
    item.number(value.share, {"share", "of the whole"}, {0, 1});
    value.name += item.signature();
  });
  k.file(s.file, {"file", "where it is written"});
  k.text(s.note, Key("note", "for people").output());
  k.renamed("amount", "count");
}

Basket read(const std::string& text) {
  const auto document = Document::from_text(text, "x.yaml");
  const auto basket = config::read<Basket>(document.root());
  document.finish();
  return basket;
}

std::string signature_of(const std::string& text) {
  const auto document = Document::from_text(text, "x.yaml");
  config::KeyReader reader(document.root());
  Basket basket;
  keys(reader, basket);
  return reader.signature();
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(keys_test)

BOOST_AUTO_TEST_CASE(what_stands_in_the_struct_is_the_default) {
  const Basket basket = read("{}");
  BOOST_TEST(basket.count == 3);
  BOOST_TEST(basket.weight == 0.5);
  BOOST_TEST(basket.sizes.size() == 2U);
  BOOST_TEST(!basket.price);
  BOOST_TEST(basket.high == 1.0);
}

BOOST_AUTO_TEST_CASE(every_kind_of_key_is_read) {
  const Basket basket = read(R"(
fruit: pear
softness: 0.5
count: 7
scale: {weight: 2}
state: washed
price: 12
range: [-.inf, 4]
sizes: 5
items: [{name: a}, {name: b, share: 0.5}]
named: {x: {share: 0.25}, y: }
file: a.h5
)");
  BOOST_TEST((basket.fruit == Fruit::pear));
  BOOST_TEST(basket.softness == 0.5);
  BOOST_TEST(basket.count == 7);
  BOOST_TEST(basket.weight == 2.0);
  BOOST_TEST(basket.washed);
  BOOST_TEST(basket.price.value() == 12.0);
  BOOST_TEST(std::isinf(basket.low));
  BOOST_TEST(basket.high == 4.0);
  BOOST_TEST(basket.sizes == std::vector<std::size_t>{5}, boost::test_tools::per_element());
  BOOST_TEST(basket.items.size() == 2U);
  BOOST_TEST(basket.items[1].share == 0.5);
  BOOST_TEST(basket.named.size() == 2U);
  BOOST_TEST(basket.named[1].name.starts_with("y"));
}

BOOST_AUTO_TEST_CASE(problems_are_listed_at_once_and_say_what_to_do) {
  const std::string error =
      error_of("fruit: peer\ncount: 0\nsoftness: 0.5\namount: 3\nitmes: []\nrange: [2, 1]\nscale: {weight: x}\n");
  BOOST_TEST(contains(error, "x.yaml: 7 problems"));
  BOOST_TEST(contains(error, "'fruit' must be one of apple, pear, not 'peer'; did you mean 'pear'?"));
  BOOST_TEST(contains(error, "'count' must lie between 1 and 100, not 0"));
  BOOST_TEST(contains(error, "'softness' is a key of 'fruit: pear' alone"));
  BOOST_TEST(contains(error, "'amount' is called 'count' now"));
  BOOST_TEST(contains(error, "unknown key 'itmes'; did you mean 'items'?"));
  BOOST_TEST(contains(error, "'range': must be a pair [low, high] with low < high"));
  BOOST_TEST(contains(error, "'scale.weight' must be a number, not 'x'"));
}

BOOST_AUTO_TEST_CASE(a_key_of_two_kinds_names_both) {
  const auto document = Document::from_text("depth: 3\n", "x.yaml");
  config::KeyReader reader(document.root());
  int depth = 1;
  for (const char* kind : {"kind: tree", "kind: well"}) {
    reader.when(false, kind, [&](Keys& k) { k.integer(depth, {"depth", "of it"}); });
  }
  BOOST_CHECK_EXCEPTION(document.finish(), InputError, [](const InputError& error) {
    return contains(error.what(), "'depth' is a key of 'kind: tree' alone, or is a key of 'kind: well' alone");
  });
  BOOST_TEST(depth == 1);
}

BOOST_AUTO_TEST_CASE(the_signature_holds_what_decides_the_bits_and_is_not_at_its_default) {
  BOOST_TEST(signature_of("{}") == "keys: 1\n");
  BOOST_TEST(signature_of("count: 3\nprice: 4\nstate: washed\nfile: b.h5\nnote: x\n") == "keys: 1\n");
  BOOST_TEST(signature_of("count: 4\nfruit: pear\nscale: {weight: 2.5}\n") ==
             "keys: 1\ncount: 4\nfruit: pear\nscale.weight: 2.5\n");
  BOOST_TEST(signature_of("scale: {weight: 2.5}\nfruit: pear\ncount: 4\n") ==
             signature_of("count: 4\nfruit: pear\nscale: {weight: 2.5}\n"));
  BOOST_TEST(signature_of("items: [{name: a}]") == "keys: 1\nitems: 1 items\nitems.0.name: a\n");
}

BOOST_AUTO_TEST_CASE(a_section_of_another_effect_has_a_signature_of_its_own) {
  BOOST_TEST(signature_of("named: {x: {share: 0.5}}") == "keys: 1\n");
  BOOST_TEST(read("named: {x: {share: 0.5}}").named.front().name == "xkeys: 1\nshare: 0.5\n");
}

BOOST_AUTO_TEST_CASE(signatures_are_compared_key_by_key) {
  BOOST_TEST(config::signature_difference("keys: 1\ncount: 4\n", "keys: 1\nfruit: pear\n", "before: ", "now: ") ==
             "\n  before: count: 4\n  now: count: (default)\n  before: fruit: (default)\n  now: fruit: pear");
  BOOST_TEST(config::is_signature("keys: 1\n"));
  BOOST_TEST(!config::is_signature("stage: pretrain\n"));
}

BOOST_AUTO_TEST_CASE(files_are_remembered) {
  const auto document = Document::from_text("file: a.h5\n", "x.yaml");
  config::KeyReader reader(document.root());
  Basket basket;
  keys(reader, basket);
  BOOST_TEST(reader.files() == std::vector<std::string>{"a.h5"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(all_keys_are_listed_whatever_the_defaults) {
  const auto keys = config::list_keys<Basket>();
  std::vector<std::string> paths;
  for (const auto& key : config::placed(keys)) {
    paths.push_back(key.path);
  }
  const std::vector<std::string> expected{
      "fruit", "softness",     "count",         "scale", "scale.weight",     "state", "price", "range", "sizes",
      "items", "items[].name", "items[].share", "named", "named.NAME.share", "file",  "note"};
  BOOST_TEST(paths == expected, boost::test_tools::per_element());
  BOOST_TEST(keys[1].condition == "fruit: pear");
  BOOST_TEST(keys[1].fallback == "0.25");
  BOOST_TEST(config::describe_values(keys[0]) == "apple, pear");
  BOOST_TEST(config::describe_values(keys[2]) == "whole number from 1 to 100");
  BOOST_TEST(keys[3].keys.front().unit == "kg");
  BOOST_TEST(keys[5].fallback.empty());
  BOOST_TEST(keys[7].fallback == "[1, 2]");
  BOOST_TEST(keys[8].keys.front().required);
}

BOOST_AUTO_TEST_CASE(the_schema_knows_types_ranges_and_what_is_required) {
  const auto schema = config::json_schema(config::list_keys<Basket>());
  BOOST_TEST(schema["additionalProperties"] == false);
  BOOST_TEST(schema["properties"]["count"]["type"] == "integer");
  BOOST_TEST(schema["properties"]["count"]["maximum"] == 100);
  BOOST_TEST(schema["properties"]["fruit"]["enum"].size() == 2U);
  BOOST_TEST(schema["properties"]["items"]["anyOf"][1]["items"]["required"][0] == "name");
}

BOOST_AUTO_TEST_SUITE_END()
