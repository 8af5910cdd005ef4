#include "data/quality_report.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::parallel::Communicator;
using epitaxy::test::TemporaryFolder;

namespace {

using Texts = std::vector<std::string>;

/// What is noticed about a source with the targets of its columns after the first.
struct Noticed {
  explicit Noticed(const std::string& text, Duplicates duplicates = Duplicates::keep,
                   const chem::Substance& substance = chem::compositions(), const std::string& unit = "none") {
    TemporaryFolder folder;
    settings.substance = &substance;
    settings.source = folder.write("source.csv", text);
    settings.targets = {{"e", "e", Values::numbers, unit, unit}};
    settings.missing_allowed = true;
    settings.duplicates = duplicates;
    settings.max_rejected = 1;
    if (&substance == &chem::molecules()) {
      settings.rules = {{"stereo", "keep"}};
    }
    result = import_source(Communicator::self(), settings);
    quality = assess(settings, result);
  }
  const TargetQuality& target() const { return quality.targets.at(0); }

  ImportSettings settings;
  ImportResult result;
  Quality quality;
};

/// `rows` rows with values 0, 0.01, ..., and then others.
std::string table(int rows, const std::string& others = "") {
  std::string text = "formula,e\n";
  for (int i = 0; i < rows; ++i) {
    text += fmt::format("Fe{}O{},{}\n", 2 * i + 1, 2 * i + 2, 0.01 * i);
  }
  return text + others;
}

std::size_t outliers(const std::string& text) { return Noticed(text).target().outlier_count; }

}  // namespace

BOOST_AUTO_TEST_SUITE(quality_report)

BOOST_AUTO_TEST_CASE(quantiles_lie_between_values_in_proportion, *boost::unit_test::tolerance(1e-9)) {
  const Noticed noticed(table(201));
  const double expected[] = {0.02, 0.1, 0.5, 1, 1.5, 1.9, 1.98};
  for (std::size_t i = 0; i < kQualityPercents.size(); ++i) {
    BOOST_TEST(noticed.target().quantiles[i] == expected[i]);
  }
  BOOST_TEST(Noticed("formula,e\nFeO,1\nMgO,2\n").target().quantiles[2] == 1.25);
  BOOST_TEST(Noticed("formula,e\nFeO,7\n").target().quantiles[6] == 7.0);
}

BOOST_AUTO_TEST_CASE(a_typing_error_is_found_with_its_line) {
  for (const double error : {2e17, 1e20, -1e6}) {
    const Noticed noticed(table(314, fmt::format("MgO,{}\n", error)));
    const TargetQuality& q = noticed.target();
    BOOST_TEST(q.outlier_count == 1U);
    BOOST_TEST(q.outliers.at(0).value == error);
    BOOST_TEST(noticed.result.dataset.index.lines[q.outliers[0].row] == 316);
    const nlohmann::ordered_json json = to_json(noticed.quality, noticed.result)["targets"]["e"]["outliers"];
    BOOST_TEST(json["count"] == 1);
    BOOST_TEST(json["listed"][0]["line"] == 316);
    BOOST_TEST(json["listed"][0]["text"] == "MgO");
  }
}

BOOST_AUTO_TEST_CASE(what_lies_within_twenty_widths_is_no_outlier) {
  // The median of 101 values is 0.5, the middle half 0.5 wide.
  BOOST_TEST(outliers(table(100, "MgO,10.4\n")) == 0U);
  BOOST_TEST(outliers(table(100, "MgO,10.6\n")) == 1U);
  BOOST_TEST(outliers("formula,e\nFeO,1\nMgO,2\nCaO,1e20\n") == 0U);
}

BOOST_AUTO_TEST_CASE(where_most_values_are_the_same_wider_parts_are_looked_at) {
  std::string zeros = "formula,e\n";
  for (int i = 0; i < 80; ++i) {
    zeros += fmt::format("Fe{}O{},0\n", 2 * i + 1, 2 * i + 2);
  }
  BOOST_TEST(outliers(zeros + "MgO,1e20\n") == 1U);
  std::string gaps = zeros;
  for (int i = 0; i < 20; ++i) {
    gaps += fmt::format("Mg{}O{},{}\n", 2 * i + 1, 2 * i + 2, 1 + 0.1 * i);
  }
  BOOST_TEST(outliers(gaps) == 0U);
  BOOST_TEST(outliers(gaps + "CaO,1000\n") == 1U);
}

BOOST_AUTO_TEST_CASE(at_most_ten_outliers_are_listed_and_all_are_counted) {
  std::string others;
  for (int i = 1; i <= 12; ++i) {
    others += fmt::format("Mg{}O{},{}\n", 2 * i + 1, 2 * i + 2, 1000 * i);
  }
  const Noticed noticed(table(300, others));
  BOOST_TEST(noticed.target().outlier_count == 12U);
  BOOST_REQUIRE(noticed.target().outliers.size() == 10U);
  BOOST_TEST(noticed.target().outliers[0].value == 12000.0);
  BOOST_TEST(noticed.target().outliers[9].value == 3000.0);
}

BOOST_AUTO_TEST_CASE(duplicates_that_contradict_each_other_are_told_with_lines) {
  const std::string text = table(100, "MgO,1\nMg2O2,3\nCaO,1\nCaO,1.1\n");
  for (const Duplicates policy : {Duplicates::keep, Duplicates::mean, Duplicates::lowest}) {
    BOOST_TEST_CONTEXT(name_of(policy)) {
      const Noticed noticed(text, policy);
      BOOST_TEST(noticed.target().contradictory_count == 1U);
      const DuplicateSpread& spread = noticed.target().contradictory.at(0);
      BOOST_TEST(noticed.result.identities[spread.row] == "MgO");
      BOOST_TEST(spread.count == 2U);
      BOOST_TEST(spread.low == 1.0);
      BOOST_TEST(spread.low_line == 102U);
      BOOST_TEST(spread.high == 3.0);
      BOOST_TEST(spread.high_line == 103U);
    }
  }
}

BOOST_AUTO_TEST_CASE(formula_units_of_different_size_do_not_contradict_each_other) {
  const std::string text = "formula,e\nFe2O3,-824.2\nFe4O6,-1648.4\nMgO,-601\n";
  for (const Duplicates policy : {Duplicates::keep, Duplicates::mean, Duplicates::lowest}) {
    BOOST_TEST(Noticed(text, policy, chem::compositions(), "kJ/mol").target().contradictory_count == 0U);
    BOOST_TEST(Noticed(text, policy, chem::compositions(), "eV").target().contradictory_count == 1U);
  }
}

BOOST_AUTO_TEST_CASE(columns_that_tell_nothing) {
  BOOST_TEST(Noticed("formula,e\nFeO,2\nMgO,2\n").target().constant);
  BOOST_TEST(!Noticed("formula,e\nFeO,2\nMgO,\n").target().constant);
  std::string text = "formula,e\nMgO,1\n";
  for (int i = 0; i < 101; ++i) {
    text += fmt::format("Fe{}O{},\n", 2 * i + 1, 2 * i + 2);
  }
  BOOST_TEST(Noticed(text).target().nearly_empty);
  BOOST_TEST(Noticed(text).target().missing == 101U);
  BOOST_TEST(!Noticed(text + "CaO,2\n").target().nearly_empty);
}

BOOST_AUTO_TEST_CASE(numbers_that_may_name_classes_get_a_hint) {
  BOOST_TEST(Noticed("formula,e\nFeO,0\nMgO,1\nCaO,\n").target().zeros_and_ones);
  BOOST_TEST(!Noticed("formula,e\nFeO,0\nMgO,1\nCaO,0.5\n").target().zeros_and_ones);
  BOOST_TEST(!Noticed("formula,e\nFeO,1\nMgO,1\n").target().zeros_and_ones);
}

BOOST_AUTO_TEST_CASE(energies_too_wide_for_their_unit_get_a_hint) {
  const auto has_hint = [](const std::string& text, const std::string& unit) {
    return !Noticed(text, Duplicates::keep, chem::compositions(), unit).target().unit_hint.empty();
  };
  const std::string in_kcal =
      "formula,e\nFeO,-63\nMgO,-72\nCaO,-76\nFe2O3,-39\nZnO,-42\nCuO,-19\nAl2O3,-80\nNaCl,-49\n";
  BOOST_TEST(has_hint(in_kcal, "eV/atom"));
  BOOST_TEST(has_hint(in_kcal, "eV"));
  BOOST_TEST(!has_hint(in_kcal, "kcal/mol"));
  BOOST_TEST(!has_hint(table(100), "eV/atom"));
  // Total energies.
  BOOST_TEST(!has_hint("formula,e\nFeO,-3400\nMgO,-7200\nCaO,-1760\nFe2O3,-3900\nZnO,-4200\n", "eV"));
}

BOOST_AUTO_TEST_CASE(elements_seen_less_than_five_times_are_counted) {
  const Noticed noticed("formula,e\nFeO,1\nMgO,2\nMg2O,3\nMg3O,3\nMg4O,3\nMg5O,3\nCaO,3\nCa2O,3\nCa3O,3\nCa4O,3\n");
  const std::vector<std::pair<std::string, int>> expected{{"Ca", 4}, {"Fe", 1}};
  BOOST_TEST((noticed.quality.rare_elements == expected));
}

BOOST_AUTO_TEST_CASE(molecules_that_differ_in_stereo_are_counted) {
  const Noticed noticed("smiles,e\nC[C@H](N)O,1\nC[C@@H](N)O,2\nCC(N)O,3\nCCO,1\nOCC,2\nC[C@H](N)O,1\n",
                        Duplicates::keep, chem::molecules());
  BOOST_TEST(noticed.quality.groups == 2U);
  BOOST_TEST(noticed.quality.several_identities == 1U);
  // CCO twice; the two values of the first are the same.
  BOOST_TEST(noticed.target().contradictory_count == 1U);
  BOOST_TEST(noticed.result.identities[noticed.target().contradictory[0].row] == "CCO");
}

BOOST_AUTO_TEST_CASE(molecules_that_differ_in_charge_are_counted) {
  const auto pairs = [](const std::string& rows) {
    return Noticed("smiles,e\n" + rows, Duplicates::keep, chem::molecules()).quality.charge_pairs;
  };
  BOOST_TEST(pairs("CC(=O)O,1\nCC(=O)[O-],2\nCCN,1\nCC[NH3+],2\nCCC,3\n") == 2U);
  BOOST_TEST(pairs("CC(=O)[O-],2\nCCC,3\n") == 0U);
  // A glycine of each charge, and a nitro group, which has none.
  BOOST_TEST(pairs("NCC(=O)[O-],2\n[NH3+]CC(=O)O,3\n") == 1U);
  BOOST_TEST(pairs("C[N+](=O)[O-],2\nCN(O)O,3\n") == 0U);
  BOOST_TEST(pairs("CCC,2\n") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
