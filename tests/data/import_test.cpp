#include "data/import.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "config/key_reader.h"
#include "data/hdf5.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::says;
using epitaxy::test::TemporaryFolder;

namespace {

/// A folder with a source of the given text and settings that read its energies as they are.
struct Source {
  explicit Source(std::string_view text) {
    settings.source = folder.write("source.csv", text);
    settings.targets = {{"energy", "energy", Values::numbers, "eV/atom", "eV/atom"}};
    settings.max_rejected = 1;
  }
  ImportResult import() const { return import_source(parallel::Communicator::self(), settings); }

  TemporaryFolder folder;
  ImportSettings settings;
};

/// The reason for which a single row after one good row is rejected.
std::string reason_for(const std::string& row) {
  const ImportResult result = Source("formula,energy\nFeO,-1\n" + row + "\n").import();
  BOOST_TEST(result.dataset.index.rows == 1U);
  BOOST_REQUIRE(result.rejected.size() == 1U);
  BOOST_TEST(result.rejected[0].line == 3U);
  BOOST_TEST(!result.rejected[0].filtered);
  return result.rejected[0].reason;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const std::vector<double>& energies(const ImportResult& result) { return result.dataset.index.targets[0].values; }

}  // namespace

BOOST_AUTO_TEST_SUITE(import)

BOOST_AUTO_TEST_CASE(good_rows) {
  const ImportResult result = Source("formula,energy\nFe2O3,-1.5\nLu(MnGe)6,0.25\n").import();
  const DatasetIndex& index = result.dataset.index;
  BOOST_TEST(index.substance == &chem::compositions());
  BOOST_TEST(index.rows == 2U);
  BOOST_TEST(result.rows_read == 2U);
  BOOST_TEST(index.texts == (std::vector<std::string>{"Fe2O3", "Lu(MnGe)6"}));
  BOOST_TEST(index.source == index.texts);
  BOOST_TEST(index.groups == (std::vector<std::string>{"Fe2O3", "Ge6LuMn6"}));
  BOOST_TEST(index.lines == (std::vector<std::int64_t>{2, 3}));
  BOOST_TEST(energies(result) == (std::vector<double>{-1.5, 0.25}));
  BOOST_TEST(index.notations.empty());
  BOOST_TEST(index.token_lists.empty());
  BOOST_TEST(chem::symbols_of(result.elements) == (std::vector<std::string>{"O", "Mn", "Fe", "Ge", "Lu"}));
}

BOOST_AUTO_TEST_CASE(rejected_rows_say_why) {
  BOOST_TEST(holds(reason_for("Xx2O,1"), "unknown element 'Xx'"));
  BOOST_TEST(holds(reason_for(",1"), "formula is empty"));
  BOOST_TEST(holds(reason_for("Na+,1"), "charges are not supported"));
  BOOST_TEST(holds(reason_for("AmO2,1"), "element Am is not among the 86 elements"));
  BOOST_TEST(holds(reason_for("MgO,high"), "'energy' is not a number: 'high'"));
  BOOST_TEST(holds(reason_for("MgO,1.5 eV"), "'energy' is not a number"));
  BOOST_TEST(reason_for("MgO,nan") == "'energy' is missing: 'nan'");
  BOOST_TEST(holds(reason_for("MgO,inf"), "'energy' is not a finite number"));
  BOOST_TEST(holds(reason_for("MgO,"), "'energy' is missing"));
  BOOST_TEST(holds(reason_for("MgO"), "has 1 fields, the header has 2"));
  BOOST_TEST(holds(reason_for("MgO,1,2"), "has 3 fields, the header has 2"));
}

BOOST_AUTO_TEST_CASE(per_formula_units_are_divided_by_the_atoms_of_the_formula) {
  // -1675.7 kJ/mol over 5 atoms, twice that over the 10 atoms of the doubled formula.
  Source source("formula,energy\nAl2O3,-1675.7\nAl4O6,-3351.4\n");
  source.settings.targets[0].unit = "kJ/mol";
  const ImportResult result = source.import();
  BOOST_TEST(energies(result)[0] == -3.4734813327, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(energies(result)[1] == energies(result)[0], boost::test_tools::tolerance(1e-12));
  BOOST_TEST(result.dataset.index.targets[0].unit == "eV/atom");
}

BOOST_AUTO_TEST_CASE(range_is_a_filter_in_converted_units) {
  Source source("formula,energy\nFeO,4\nMgO,6\nCaO,-12\nSrO,5\n");
  source.settings.targets[0].low = -10;
  source.settings.targets[0].high = 5;
  source.settings.max_rejected = 0;
  const ImportResult result = source.import();
  BOOST_TEST(energies(result) == (std::vector<double>{4, 5}));
  BOOST_REQUIRE(result.rejected.size() == 2U);
  BOOST_TEST(result.rejected[0].filtered);
  BOOST_TEST(result.rejected[0].text == "MgO,6");
  BOOST_TEST(holds(result.rejected[0].reason, "outside the range [-10, 5]"));
}

BOOST_AUTO_TEST_CASE(element_filters) {
  Source source("formula,energy\nHeO,1\nFeO,2\nFeS,3\n");
  source.settings.max_rejected = 0;
  source.settings.drop_elements = {"He"};
  const ImportResult dropped = source.import();
  BOOST_TEST(energies(dropped) == (std::vector<double>{2, 3}));
  BOOST_TEST(dropped.rejected[0].filtered);
  BOOST_TEST(holds(dropped.rejected[0].reason, "element He is filtered out"));

  source.settings.only_elements = {"Fe", "O"};
  const ImportResult only = source.import();
  BOOST_TEST(energies(only) == std::vector<double>{2});
  BOOST_TEST(holds(only.rejected[1].reason, "element S is filtered out"));

  source.settings.drop_elements = {"Xx"};
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("unknown element 'Xx'"));
}

BOOST_AUTO_TEST_CASE(large_formula_units_are_a_filter) {
  Source source("formula,energy\nH4O2,1\nFe2O3,2\n");
  source.settings.max_heavy_atoms = 4;
  source.settings.max_rejected = 0;
  const ImportResult result = source.import();
  BOOST_TEST(energies(result) == std::vector<double>{1});
  BOOST_TEST(result.rejected[0].filtered);
  BOOST_TEST(result.rejected[0].reason == "5 heavy atoms, more than 4");
}

BOOST_AUTO_TEST_CASE(files_without_a_header_are_read) {
  TemporaryFolder folder;
  Source source("");
  source.settings.source = folder.write("formulas.smi", "Fe2O3 -1.5\nMgO -3\n");
  source.settings.column = "smiles";
  source.settings.targets[0].column = "name";
  BOOST_TEST(energies(source.import()) == (std::vector<double>{-1.5, -3}));
}

BOOST_AUTO_TEST_CASE(duplicates) {
  // Fe2O3 at lines 2, 4, 6 and MgO between.
  Source source("formula,energy,gap\nFe2O3,-1,2\nMgO,-3,7\nFe4O6,-2,\nFe4O6,-9,high\nO3Fe2,-1.5,5\n");
  source.settings.targets.push_back({"gap", "gap", Values::numbers, "eV", "eV"});
  source.settings.missing_allowed = true;

  const ImportResult keep = source.import();
  BOOST_TEST(keep.dataset.index.rows == 4U);
  BOOST_TEST(keep.merged == 0U);
  BOOST_TEST(std::isnan(keep.dataset.index.targets[1].values[2]));

  source.settings.duplicates = Duplicates::lowest;
  const ImportResult lowest = source.import();
  BOOST_TEST(lowest.merged == 2U);
  BOOST_TEST(lowest.dataset.index.source == (std::vector<std::string>{"Fe4O6", "MgO"}));
  BOOST_TEST(lowest.dataset.index.texts == lowest.dataset.index.source);
  BOOST_TEST(lowest.dataset.index.lines == (std::vector<std::int64_t>{4, 3}));
  BOOST_TEST(energies(lowest) == (std::vector<double>{-2, -3}));
  BOOST_TEST(std::isnan(lowest.dataset.index.targets[1].values[0]));

  source.settings.duplicates = Duplicates::mean;
  const ImportResult mean = source.import();
  BOOST_TEST(mean.merged == 2U);
  BOOST_TEST(mean.dataset.index.source == (std::vector<std::string>{"Fe2O3", "MgO"}));
  BOOST_TEST(mean.dataset.index.lines == (std::vector<std::int64_t>{2, 3}));
  // (-1 - 2 - 1.5) / 3, and (2 + 5) / 2 over the two rows that have a gap.
  BOOST_TEST(energies(mean) == (std::vector<double>{-1.5, -3}));
  BOOST_TEST(mean.dataset.index.targets[1].values == (std::vector<double>{3.5, 7}));
}

BOOST_AUTO_TEST_CASE(a_missing_first_target_loses_against_any_value) {
  Source source("formula,energy\nFeO,\nFeO,3\nFeO,4\nMgO,\nMgO,\n");
  source.settings.missing_allowed = true;
  source.settings.duplicates = Duplicates::lowest;
  const ImportResult lowest = source.import();
  BOOST_TEST(energies(lowest)[0] == 3.0);
  BOOST_TEST(std::isnan(energies(lowest)[1]));
  source.settings.duplicates = Duplicates::mean;
  const ImportResult mean = source.import();
  BOOST_TEST(energies(mean)[0] == 3.5);
  BOOST_TEST(std::isnan(energies(mean)[1]));
}

BOOST_AUTO_TEST_CASE(too_many_rejected_rows) {
  Source source("formula,energy\nFeO,1\nMgO,x\nCaO,y\nSrO,4\nBaO,z\nX,1\nY2,a\nQ,b\n");
  source.settings.max_rejected = 0.5;
  BOOST_CHECK_EXCEPTION(source.import(), InputError,
                        says("source.csv: 6 of 8 rows were rejected (75 %", "allows 50 %",
                             "line 3: 'energy' is not a number: 'x'", "line 8:"));
  BOOST_CHECK_EXCEPTION(source.import(), InputError,
                        [](const InputError& error) { return !holds(error.what(), "line 9"); });
  source.settings.max_rejected = 0.75;
  BOOST_TEST(source.import().dataset.index.rows == 2U);
}

BOOST_AUTO_TEST_CASE(no_row_left) {
  Source source("formula,energy\nFeO,1\nMgO,x\n");
  source.settings.only_elements = {"Ca"};
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("none of 2 rows is left", "2 filtered out", "line 2"));
}

BOOST_AUTO_TEST_CASE(wrong_settings) {
  Source source("formula,energy\nFeO,1\n");
  source.settings.targets[0].column = "enrgy";
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("'enrgy'", "did you mean 'energy'"));
  source.settings.targets[0].column = "energy";
  source.settings.column = "composition";
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("'composition'", "formula, energy"));
  source.settings.column = "formula";
  source.settings.targets[0].to = "K";
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("'eV/atom'", "'K'"));
  source.settings.targets[0].to = "eV/atom";
  source.settings.targets[0].name = "energy (eV/atom)";
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("cannot be the name of a target", "holds a '/'"));
  source.settings.targets[0].name = ".";
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("'.' cannot be the name of a target"));
  source.settings.targets[0].name = "energy";
  source.settings.targets.push_back(source.settings.targets[0]);
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("two targets have the name 'energy'"));
  source.settings.targets.clear();
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("at least one target"));
}

BOOST_AUTO_TEST_CASE(files_of_a_run) {
  Source source("formula,energy\nFeO,-1\n\"Mg,O\",2\nFe2O2,-2\nHeO,1\nCaO,-6\n");
  source.settings.drop_elements = {"He"};
  source.settings.duplicates = Duplicates::lowest;
  parallel::StopHandler stop;
  BOOST_TEST(run_import(parallel::Communicator::self(), source.settings, source.folder.path(), stop));

  BOOST_TEST(test::read_file(source.folder / "rejected.csv") ==
             "line,text,reason\n"
             "3,\"\"\"Mg,O\"\",2\",\"unexpected ',' at character 3 of 'Mg,O'\"\n"
             "5,\"HeO,1\",element He is filtered out\n");

  const auto summary = nlohmann::json::parse(test::read_file(source.folder / "summary.json"));
  BOOST_TEST(summary["rows_read"] == 5);
  BOOST_TEST(summary["rows"] == 2);
  BOOST_TEST(summary["rejected"] == 1);
  BOOST_TEST(summary["filtered"] == 1);
  BOOST_TEST(summary["merged"] == 1);
  BOOST_TEST(summary["compositions"] == 2);
  BOOST_TEST(summary["targets"]["energy"]["count"] == 2);
  BOOST_TEST(summary["targets"]["energy"]["min"] == -6.0);
  BOOST_TEST(summary["targets"]["energy"]["mean"] == -4.0);
  BOOST_TEST(summary["targets"]["energy"]["max"] == -2.0);
  BOOST_TEST((summary["elements"] == nlohmann::json{"O", "Ca", "Fe"}));

  const DatasetIndex index = read_index(source.folder / "dataset.h5");
  BOOST_TEST(index.groups == (std::vector<std::string>{"FeO", "CaO"}));
  const Hdf5File file(source.folder / "dataset.h5", Hdf5File::Mode::read);
  BOOST_TEST(holds(file.text_attribute("/provenance", "source"), "source.csv"));
  const auto settings = nlohmann::json::parse(file.text_attribute("/provenance", "settings"));
  BOOST_TEST(settings["duplicates"] == "lowest");
  BOOST_TEST(settings["elements"]["drop"][0] == "He");
}

BOOST_AUTO_TEST_CASE(rejected_rows_are_written_before_the_error) {
  Source source("formula,energy\nFeO,1\nMgO,x\n");
  source.settings.max_rejected = 0.1;
  parallel::StopHandler stop;
  BOOST_CHECK_EXCEPTION(run_import(parallel::Communicator::self(), source.settings, source.folder.path(), stop),
                        InputError, says("1 of 2 rows", (source.folder / "rejected.csv").string()));
  BOOST_TEST(holds(test::read_file(source.folder / "rejected.csv"), "3,\"MgO,x\","));
  BOOST_TEST(!std::filesystem::exists(source.folder / "dataset.h5"));
}

BOOST_AUTO_TEST_CASE(a_target_without_any_value_is_an_error) {
  Source source("formula,energy\nFeO,\nMgO,\n");
  source.settings.missing_allowed = true;
  BOOST_CHECK_EXCEPTION(source.import(), InputError,
                        says("column 'energy' of target 'energy' has no value in any of the 2 rows"));
}

BOOST_AUTO_TEST_CASE(settings_from_yaml) {
  auto document = config::Document::from_text(
      "source: a.csv\n"
      "formula_column: composition\n"
      "targets:\n"
      "  - {column: dH, name: energy, unit: kJ/mol, to: eV/atom, range: [-10, .inf]}\n"
      "  - {column: gap}\n"
      "duplicates: mean\n"
      "elements: {drop: [He, No], only: []}\n"
      "max_heavy_atoms: 20\n"
      "missing: allow\n"
      "max_rejected: 0.2\n",
      "import.yaml");
  const ImportSettings settings = config::read<ImportSettings>(document.root());
  document.finish();
  BOOST_TEST(settings.source == "a.csv");
  BOOST_TEST(settings.substance == &chem::compositions());
  BOOST_TEST(settings.column == "composition");
  BOOST_TEST(settings.rules.empty());
  BOOST_REQUIRE(settings.targets.size() == 2U);
  BOOST_TEST(settings.targets[0].column == "dH");
  BOOST_TEST(settings.targets[0].name == "energy");
  BOOST_TEST(settings.targets[0].unit == "kJ/mol");
  BOOST_TEST(settings.targets[0].to == "eV/atom");
  BOOST_TEST(settings.targets[0].low == -10.0);
  BOOST_TEST(std::isinf(settings.targets[0].high));
  BOOST_TEST(settings.targets[1].name == "gap");
  BOOST_TEST(settings.targets[1].to == "none");
  BOOST_TEST((settings.duplicates == Duplicates::mean));
  BOOST_TEST(settings.drop_elements == (std::vector<std::string>{"He", "No"}));
  BOOST_TEST(settings.only_elements.empty());
  BOOST_TEST(settings.missing_allowed);
  BOOST_TEST(settings.max_heavy_atoms == 20U);
  BOOST_TEST(settings.max_rejected == 0.2);
}

BOOST_AUTO_TEST_CASE(problems_of_the_yaml_are_listed_at_once) {
  auto document = config::Document::from_text(
      "source: a.csv\n"
      "targets:\n"
      "  - {column: dH, name: a/b, unit: kJ/mole, to: eV/atom, range: [5, -10]}\n"
      "duplicates: highest\n"
      "elements: {drop: [Xx]}\n"
      "max_rejected: 2\n",
      "import.yaml");
  config::read<ImportSettings>(document.root());
  BOOST_CHECK_EXCEPTION(document.finish(), InputError,
                        says("'a/b'", "'kJ/mole'", "low < high", "highest", "'Xx'", "max_rejected", "import.yaml:3"));
}

BOOST_AUTO_TEST_SUITE_END()
