#include "data/preparation.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::says;

namespace {

using chem::Rules;

const Rules kRules{{"stereo", "keep"}, {"radicals", "keep"}, {"fragments", "largest"}};

Preparation some() {
  return {kRules, "SMILES, \"written\"", {{"gap_eV", "gap", "Ha", "eV"}, {"mu_D", "mu_D", "D", "D"}}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(preparation)

BOOST_AUTO_TEST_CASE(it_comes_back_from_its_text) {
  for (const Preparation& written : {some(), Preparation{}, Preparation{{}, "formula", {}}}) {
    BOOST_TEST((preparation_from_json(to_json(written)) == written));
  }
  // A column of another encoding does not stop an import.
  Preparation odd = some();
  odd.column = "gr\xfc\xdf";
  BOOST_CHECK_NO_THROW(preparation_from_json(to_json(odd)));
}

BOOST_AUTO_TEST_CASE(texts_of_earlier_versions_are_read) {
  const std::string text =
      R"({"column": "smi", "stereo": "keep", "radicals": "reject", "fragments": "largest",
          "targets": [{"target": "gap_eV", "column": "gap", "unit": "Ha", "to": "eV"}]})";
  Preparation preparation = preparation_from_json(text);
  const Rules rules{{"stereo", "keep"}, {"radicals", "reject"}, {"fragments", "largest"}};
  BOOST_TEST((preparation == Preparation{rules, "smi", {{"gap_eV", "gap", "Ha", "eV"}}}));
  // They have rules of molecules for compositions, too.
  keep_rules_of(chem::molecules(), preparation);
  BOOST_TEST((preparation.rules == rules));
  keep_rules_of(chem::compositions(), preparation);
  BOOST_TEST(preparation.rules.empty());
}

BOOST_AUTO_TEST_CASE(what_it_does_not_know_is_told) {
  for (const std::string text : {"", "[]", "{}", "{\"stereo\": 3}", "{\"rules\": {\"stereo\": 3}}"}) {
    BOOST_CHECK_EXCEPTION(preparation_from_json(text), InputError, says("what was done to the data"));
  }
  auto json = nlohmann::ordered_json::parse(to_json(some()));
  json["rules"]["radicals"] = "cap";
  const Preparation unknown = preparation_from_json(json.dump());
  BOOST_CHECK_EXCEPTION(preparer_of(chem::molecules(), "m.h5", unknown), InputError,
                        says("m.h5", "'radicals: cap'", "does not know"));
}

BOOST_AUTO_TEST_CASE(settings_of_an_import_tell_it) {
  const auto molecules = preparation_of_settings(
      R"({"kind": "molecules", "source": "a.csv",
          "targets": [{"column": "gap", "name": "gap_eV", "unit": "Ha", "to": "eV", "range": [0, 1]}],
          "smiles_column": "smi", "stereo": "keep", "radicals": "reject", "fragments": "largest"})");
  BOOST_REQUIRE(molecules.has_value());
  BOOST_TEST((*molecules == Preparation{{{"stereo", "keep"}, {"radicals", "reject"}, {"fragments", "largest"}},
                                        "smi",
                                        {{"gap_eV", "gap", "Ha", "eV"}}}));
  const auto compositions =
      preparation_of_settings(R"({"kind": "compositions", "targets": [], "formula_column": "formula"})");
  BOOST_REQUIRE(compositions.has_value());
  BOOST_TEST((*compositions == Preparation{{}, "formula", {}}));
  for (const std::string text :
       {"", "{}", "null", "{\"kind\": \"proteins\"}", "{\"kind\": \"molecules\", \"smiles_column\": \"smiles\"}"}) {
    BOOST_TEST(!preparation_of_settings(text).has_value());
  }
}

BOOST_AUTO_TEST_CASE(differences_have_the_names_of_the_keys) {
  const Rules rules = chem::molecules().default_rules();
  BOOST_TEST(difference_of_rules(rules, rules).empty());
  BOOST_TEST(difference_of_rules(kRules, rules) ==
             "stereo: keep / remove, radicals: keep / repair, fragments: largest / reject");
  BOOST_TEST(difference_of_rules({{"stereo", "keep"}}, {{"tautomers", "all"}, {"stereo", "keep"}}) ==
             "tautomers: none / all");
}

BOOST_AUTO_TEST_CASE(rules_alone_have_to_be_the_same) {
  const chem::Substance& molecules = chem::molecules();
  Preparation other = some();
  other.column = "smiles";
  other.columns.clear();
  BOOST_CHECK_NO_THROW(check_same_rules(molecules, "a.h5", some(), "b.h5", other));
  BOOST_CHECK_NO_THROW(check_same_rules(molecules, "a.h5", {}, "b.h5", {}));
  other.rules[1].second = "repair";
  BOOST_CHECK_EXCEPTION(
      check_same_rules(molecules, "a.h5", some(), "b.h5", other), InputError,
      says("the molecules of a.h5 and b.h5", "(radicals: keep / repair)", "import b.h5 again with the same rules"));
  BOOST_CHECK_EXCEPTION(check_same_rules(molecules, "a.h5", some(), "b.h5", {}), InputError,
                        says("b.h5 does not say how its molecules", "but a.h5 does"));
  BOOST_CHECK_EXCEPTION(check_same_rules(molecules, "a.h5", {}, "b.h5", other), InputError,
                        says("a.h5 does not say how its molecules", "but b.h5 does"));
  // Where there are no rules, nobody has to say them.
  BOOST_CHECK_NO_THROW(check_same_rules(chem::compositions(), "a.h5", {}, "b.h5", Preparation{}));
}

BOOST_AUTO_TEST_CASE(a_model_has_to_say_its_rules) {
  const std::string left = "C[C@H](O)C(=O)O";
  BOOST_TEST(preparer_of(chem::molecules(), "m.h5", some())->prepare(left).text.find('@') != std::string::npos);
  BOOST_CHECK_EXCEPTION(preparer_of(chem::molecules(), "m.h5", {}), InputError,
                        says("m.h5: does not say how its molecules were prepared", "train it again"));
  BOOST_TEST(preparer_of(chem::compositions(), "m.h5", {})->prepare("Fe4O6").group == "Fe2O3");
}

BOOST_AUTO_TEST_CASE(columns_of_further_sources_are_added) {
  Preparation all = some();
  Preparation further = some();
  further.columns.push_back({"gap_eV", "band_gap", "eV", "eV"});
  add_columns(all, further);
  BOOST_TEST(all.columns.size() == 3U);
  BOOST_TEST(all.columns.back().column == "band_gap");
}

BOOST_AUTO_TEST_SUITE_END()
