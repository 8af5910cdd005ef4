// Values as people write them, and values of formula units of different size.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "config/key_reader.h"
#include "data/import.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::parallel::Communicator;
using epitaxy::test::says;
using epitaxy::test::TemporaryFolder;

namespace {

using Texts = std::vector<std::string>;
using Numbers = std::vector<double>;

/// A folder with a source of the given text, whose column `e` holds numbers in a unit.
struct Source {
  explicit Source(std::string_view text, const std::string& unit = "eV/atom") {
    settings.source = folder.write("source.csv", text);
    settings.targets = {{"e", "e", Values::numbers, unit, unit}};
    settings.max_rejected = 1;
  }
  ImportResult import() const { return import_source(Communicator::self(), settings); }
  nlohmann::json summary() const {
    parallel::StopHandler stop;
    run_import(Communicator::self(), settings, folder.path(), stop);
    return nlohmann::json::parse(test::read_file(folder / "summary.json"));
  }

  TemporaryFolder folder;
  ImportSettings settings;
};

const Numbers& values(const ImportResult& result) { return result.dataset.index.targets[0].values; }

const char* const kPer = "formula,e\nFe2O3,-824.2\nMgO,-601.6\nFe4O6,-1648.4\nO3Fe2,-826.2\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(import_values)

BOOST_AUTO_TEST_CASE(missing_markers_keep_the_row_and_its_other_targets) {
  Source source("formula,e,phase\nFeO,NA,a\nMgO,2,None\nCaO,-,b\nSrO,-999,n/a\nBaO,3,a\n");
  source.settings.targets.push_back({"phase", "phase", Values::classes, "class", "class"});
  source.settings.missing_allowed = true;
  source.settings.missing_values = {"-999"};
  const ImportResult result = source.import();
  BOOST_TEST(result.rejected.empty());
  BOOST_TEST(result.dataset.index.rows == 5U);
  for (const std::size_t row : {0, 2, 3}) {
    BOOST_TEST(std::isnan(values(result)[row]));
  }
  const Target& phase = result.dataset.index.targets[1];
  BOOST_TEST(phase.classes == (Texts{"a", "b"}));
  BOOST_TEST(std::isnan(phase.values[1]));
  BOOST_TEST(std::isnan(phase.values[3]));
  const auto quality = source.summary()["quality"]["targets"];
  BOOST_TEST(quality["e"]["missing"] == 3);
  BOOST_TEST((quality["e"]["missing_markers"] == nlohmann::json{{"NA", 1}, {"-", 1}, {"-999", 1}}));
  BOOST_TEST((quality["phase"]["missing_markers"] == nlohmann::json{{"None", 1}, {"n/a", 1}}));
}

BOOST_AUTO_TEST_CASE(a_mean_is_a_number) {
  Source source("formula,e\nFe2O3,1e308\nFe4O6,1.5e308\nMgO,1\n");
  source.settings.duplicates = Duplicates::mean;
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("values of e that would be averaged are too large"));
}

BOOST_AUTO_TEST_CASE(times_may_have_decimal_commas) {
  Source source("formula;e\nFeO;0,5\nMgO;1,25\nCaO;2,75\n");
  source.settings.targets[0].values = Values::times;
  BOOST_TEST(values(source.import()) == (Numbers{0.5, 1.25, 2.75}));
}

BOOST_AUTO_TEST_CASE(missing_markers_are_rejected_on_demand) {
  Source source("formula,e\nFeO,1\nMgO,null\n");
  BOOST_TEST(source.import().rejected.at(0).reason == "'e' is missing: 'null'");
  source.settings.max_rejected = 0.1;
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("line 3: 'e' is missing: 'null'"));
}

BOOST_AUTO_TEST_CASE(bounds_and_ranges_are_taken_by_a_policy) {
  Source source("formula,e\nFeO,>10\nMgO,<0.5\nCaO,5-10\nSrO,1.2 +- 0.1\nBaO,~3\nBeO,4\nZnO,high\n");
  BOOST_TEST(values(source.import()) == Numbers{4});
  source.settings.targets[0].censored = Censored::bound;
  BOOST_TEST(values(source.import()) == (Numbers{10, 0.5, 1.2, 3, 4}));
  source.settings.targets[0].censored = Censored::middle;
  const ImportResult middle = source.import();
  BOOST_TEST(values(middle) == (Numbers{7.5, 1.2, 3, 4}));
  BOOST_REQUIRE(middle.rejected.size() == 3U);
  BOOST_TEST(middle.rejected[0].reason == "'e' is a bound and not a number: '>10'; `censored: bound` takes the bound");
  BOOST_TEST(middle.rejected[2].reason == "'e' is not a number: 'high'");
  BOOST_TEST((source.summary()["quality"]["targets"]["e"]["censored"] ==
              nlohmann::json{{"above", 1}, {"below", 1}, {"range", 1}, {"error_bar", 1}, {"about", 1}}));
}

BOOST_AUTO_TEST_CASE(bounds_are_converted_and_filtered_as_numbers_are) {
  Source source("formula,e\nFeO,>193\nMgO,>19300000\n", "kJ/mol");
  source.settings.targets[0].to = "eV/atom";
  source.settings.targets[0].high = 5;
  source.settings.targets[0].censored = Censored::bound;
  const ImportResult result = source.import();
  BOOST_TEST(values(result).at(0) == 193 / 96.48533212 / 2, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(result.rejected.at(0).filtered);
}

BOOST_AUTO_TEST_CASE(too_many_bounds_are_counted_by_kind) {
  Source source("formula,e\nFeO,>10\nMgO,>20\nCaO,5-10\nSrO,1\n");
  source.settings.max_rejected = 0.1;
  BOOST_CHECK_EXCEPTION(
      source.import(), InputError,
      says("line 2: 'e' is a bound", "'e', fields rejected under `censored: reject`: 2 above, 1 range"));
}

BOOST_AUTO_TEST_CASE(values_per_formula_unit_are_averaged_for_the_reduced_formula) {
  for (const char* unit : {"kJ/mol", "eV/formula", "J/(mol K)", "J/mol/K", "kJ mol-1", "cm3/mol", "muB/f.u."}) {
    BOOST_TEST_CONTEXT(unit) {
      Source source(kPer, unit);
      source.settings.duplicates = Duplicates::mean;
      const ImportResult mean = source.import();
      BOOST_TEST(mean.dataset.index.texts == (Texts{"Fe2O3", "MgO"}));
      BOOST_TEST(values(mean)[0] == (-824.2 - 824.2 - 826.2) / 3, boost::test_tools::tolerance(1e-12));
    }
  }
}

BOOST_AUTO_TEST_CASE(values_that_are_no_amounts_are_averaged_as_they_are) {
  for (const char* unit : {"eV", "K", "none", "kJ/mol_atom", "kJ/mol atom", "furlong"}) {
    BOOST_TEST_CONTEXT(unit) {
      Source source("formula,e\nFe2O3,1\nFe4O6,2\n", unit);
      source.settings.duplicates = Duplicates::mean;
      BOOST_TEST(values(source.import()) == Numbers{1.5});
    }
  }
}

BOOST_AUTO_TEST_CASE(the_lowest_is_that_of_the_reduced_formula) {
  Source source(kPer, "kJ/mol");
  source.settings.duplicates = Duplicates::lowest;
  const ImportResult lowest = source.import();
  BOOST_TEST(values(lowest) == (Numbers{-826.2, -601.6}));
  BOOST_TEST(lowest.dataset.index.source == (Texts{"O3Fe2", "MgO"}));
}

BOOST_AUTO_TEST_CASE(the_text_of_a_merged_row_has_the_size_of_its_value) {
  Source source("formula,e\nFe4O6,-1648\nFe4O6,-1652\nMg2O2,-1200\n", "kJ/mol");
  source.settings.duplicates = Duplicates::mean;
  const ImportResult mean = source.import();
  BOOST_TEST(values(mean) == (Numbers{-825, -1200}));
  BOOST_TEST(mean.dataset.index.texts == (Texts{"Fe2O3", "Mg2O2"}));
  BOOST_TEST(mean.dataset.index.source == (Texts{"Fe4O6", "Mg2O2"}));
}

BOOST_AUTO_TEST_CASE(logarithms_are_stored_with_their_unit, *boost::unit_test::tolerance(1e-12)) {
  Source source("formula,e\nFeO,1000\nMgO,>10\nCaO,0\nSrO,-1\nBaO,\nZnO,1e9\n", "nM");
  TargetImport& target = source.settings.targets[0];
  target.transform = Transform::minus_log10;
  target.censored = Censored::bound;
  target.low = -8;
  target.high = 0;
  source.settings.missing_allowed = true;
  const ImportResult result = source.import();
  BOOST_TEST(result.dataset.index.targets[0].unit == "-log10(nM)");
  BOOST_REQUIRE(values(result).size() == 3U);
  BOOST_TEST(values(result)[0] == -3.0);
  BOOST_TEST(values(result)[1] == -1.0);
  BOOST_TEST(std::isnan(values(result)[2]));
  BOOST_REQUIRE(result.rejected.size() == 3U);
  BOOST_TEST(result.rejected[0].reason == "'e' is not positive, so it has no logarithm: '0' (to: -log10(nM))");
  BOOST_TEST(!result.rejected[1].filtered);
  BOOST_TEST(result.rejected[2].filtered);
  const TransformedUnit found = transform_of(result.dataset.index.preparation, "e", "-log10(nM)");
  BOOST_TEST(name_of(found.transform) == "-log10");
  BOOST_TEST(found.inner == "nM");
}

BOOST_AUTO_TEST_CASE(columns_of_logarithms_stay_what_they_are) {
  const ImportResult result = Source("formula,e\nFeO,3\nMgO,-1\n", "log10(M)").import();
  BOOST_TEST(values(result) == (Numbers{3, -1}));
  const TransformedUnit found = transform_of(result.dataset.index.preparation, "e", "log10(M)");
  BOOST_TEST(name_of(found.transform) == "none");
  BOOST_TEST(found.inner == "log10(M)");
}

BOOST_AUTO_TEST_CASE(logarithms_of_amounts_are_merged_for_the_reduced_formula, *boost::unit_test::tolerance(1e-12)) {
  Source source("formula,e\nFe2O3,100\nFe4O6,200\n", "J/(mol K)");
  source.settings.targets[0].transform = Transform::log10;
  source.settings.duplicates = Duplicates::mean;
  BOOST_TEST(values(source.import()).at(0) == 2.0);
}

BOOST_AUTO_TEST_CASE(settings_from_yaml) {
  auto document = config::Document::from_text(
      "source: a.csv\nmissing_values: [-999, n.d.]\ntargets:\n"
      "  - {column: ic50, censored: bound, unit: nM, transform: -log10}\n  - {column: e}\n",
      "import.yaml");
  const ImportSettings settings = config::read<ImportSettings>(document.root());
  document.finish();
  BOOST_TEST(settings.missing_values == (Texts{"-999", "n.d."}));
  BOOST_TEST(name_of(settings.targets.at(0).censored) == "bound");
  BOOST_TEST(name_of(settings.targets.at(0).transform) == "-log10");
  BOOST_TEST(name_of(settings.targets.at(1).transform) == "none");
  BOOST_TEST(name_of(settings.targets.at(1).censored) == "reject");
}

BOOST_AUTO_TEST_SUITE_END()
