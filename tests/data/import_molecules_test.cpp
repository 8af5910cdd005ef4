// Under several ranks the tests of one rank run on each, and those of `ranks` on all together.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "config/key_reader.h"
#include "data/hdf5.h"
#include "data/import.h"
#include "data/shared_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::parallel::Communicator;
using epitaxy::test::says;
using epitaxy::test::TemporaryFolder;

namespace {

using Texts = std::vector<std::string>;

ImportSettings molecule_settings(const std::filesystem::path& source) {
  ImportSettings settings;
  settings.substance = &chem::molecules();
  settings.source = source;
  settings.duplicates = Duplicates::mean;
  settings.missing_allowed = true;
  settings.max_rejected = 1;
  return settings;
}

/// A folder with a source of the given text and the settings that a stage file has by default.
struct Source {
  explicit Source(std::string_view text, bool with_gap = true, std::string_view name = "source.csv")
      : settings(molecule_settings(folder.write(name, text))) {
    if (with_gap) {
      settings.targets = {{"gap", "gap", Values::numbers, "eV", "eV"}};
    }
  }
  ImportResult import() const { return import_source(Communicator::self(), settings); }

  TemporaryFolder folder;
  ImportSettings settings;
};

/// The reason for which a single row after one good row is rejected.
std::string reason_for(const std::string& row) {
  const ImportResult result = Source("smiles,gap\nCCO,1\n" + row + "\n").import();
  BOOST_TEST_CONTEXT(row) {
    BOOST_TEST(result.dataset.index.rows == 1U);
    BOOST_REQUIRE(result.rejected.size() == 1U);
    BOOST_TEST(result.rejected[0].line == 3U);
    BOOST_TEST(result.rejected[0].text == row);
    BOOST_TEST(!result.rejected[0].filtered);
  }
  return result.rejected[0].reason;
}

Texts smiles_of(const ImportResult& result) { return result.dataset.index.texts; }
const std::vector<double>& gaps(const ImportResult& result) { return result.dataset.index.targets[0].values; }

}  // namespace

BOOST_AUTO_TEST_SUITE(import_molecules)

BOOST_AUTO_TEST_CASE(good_rows) {
  const ImportResult result = Source("id,smiles,gap\n1,OCC,6.5\n2,C1=CC=CC=C1,\n3,*C*,2\n").import();
  const DatasetIndex& index = result.dataset.index;
  BOOST_TEST(index.substance == &chem::molecules());
  BOOST_TEST(index.rows == 3U);
  BOOST_TEST(result.rows_read == 3U);
  BOOST_TEST(result.rejected.empty());
  BOOST_TEST(index.texts == (Texts{"CCO", "c1ccccc1", "*C*"}));
  BOOST_TEST(index.groups == index.texts);
  BOOST_TEST(index.source == (Texts{"OCC", "C1=CC=CC=C1", "*C*"}));
  BOOST_TEST(index.lines == (std::vector<std::int64_t>{2, 3, 4}));
  BOOST_TEST(gaps(result)[0] == 6.5);
  BOOST_TEST(std::isnan(gaps(result)[1]));
  // SELFIES have no wildcard.
  BOOST_TEST(texts(index, "selfies") == (Texts{"[C][C][O]", "[C][=C][C][=C][C][=C][Ring1][=Branch1]", ""}));
  BOOST_TEST(chem::symbols_of(result.elements) == (Texts{"H", "C", "O"}));
  BOOST_TEST(token_list(index, "characters").symbols == (Texts{"*", "1", "C", "O", "c"}));
  BOOST_TEST(token_list(index, "characters").longest == 8U);
  BOOST_TEST(token_list(index, "selfies").longest == 8U);
}

BOOST_AUTO_TEST_CASE(rejected_rows_say_why) {
  BOOST_TEST(reason_for("C1CC,1") == "syntax: unclosed ring");
  BOOST_TEST(reason_for("C(C)(C)(C)(C)C,1") ==
             "valence: Explicit valence for atom # 0 C, 5, is greater than permitted");
  BOOST_TEST(reason_for("c1cccc1,1") == "kekulization: Can't kekulize mol.  Unkekulized atoms: 0 1 2 3 4");
  BOOST_TEST(reason_for(",1") == "the SMILES is empty");
  BOOST_TEST(reason_for("[Na+].[Cl-],1") == "a salt or mixture of 2 fragments");
  BOOST_TEST(reason_for("C[CH2],1") == "a radical with 1 unpaired electron that cannot be paired");
  BOOST_TEST(reason_for("CC,high") == "'gap' is not a number: 'high'");
  BOOST_TEST(reason_for("CC,inf") == "'gap' is not a finite number: 'inf'");
  BOOST_TEST(reason_for("CC,inf") == "'gap' is not a finite number: 'inf'");
  BOOST_TEST(reason_for("CC") == "has 1 fields, the header has 2");
  BOOST_TEST(reason_for("CC,1,2") == "has 3 fields, the header has 2");
}

BOOST_AUTO_TEST_CASE(missing_values_are_rejected_on_demand) {
  Source source("smiles,gap\nCC,\nCCO,1\n");
  source.settings.missing_allowed = false;
  const ImportResult result = source.import();
  BOOST_TEST(smiles_of(result) == Texts{"CCO"});
  BOOST_TEST(result.rejected[0].reason == "'gap' is missing");
}

BOOST_AUTO_TEST_CASE(duplicates) {
  // Ethanol at lines 2, 4, 6, twice with a gap; lactic acid of either hand.
  const std::string text =
      "smiles,gap,dipole\nCCO,4,\nC,10,0\nOCC,,1.5\nC[C@H](O)C(=O)O,3,2\nC(O)C,5,2.5\nC[C@@H](O)C(=O)O,4,2\n";
  Source source(text);
  source.settings.targets.push_back({"dipole", "mu", Values::numbers, "D", "D"});
  const ImportResult mean = source.import();
  BOOST_TEST(smiles_of(mean) == (Texts{"CCO", "C", "CC(O)C(=O)O"}));
  BOOST_TEST(mean.merged == 3U);
  BOOST_TEST(gaps(mean) == (std::vector<double>{4.5, 10, 3.5}));
  BOOST_TEST(mean.dataset.index.targets[1].values == (std::vector<double>{2, 0, 2}));
  BOOST_TEST(mean.dataset.index.targets[1].name == "mu");
  BOOST_TEST(mean.dataset.index.lines == (std::vector<std::int64_t>{2, 3, 5}));

  source.settings.duplicates = Duplicates::keep;
  const ImportResult keep = source.import();
  BOOST_TEST(keep.merged == 0U);
  BOOST_TEST(smiles_of(keep) == (Texts{"CCO", "C", "CCO", "CC(O)C(=O)O", "CCO", "CC(O)C(=O)O"}));
  BOOST_TEST(keep.dataset.index.groups == smiles_of(keep));
}

BOOST_AUTO_TEST_CASE(stereo) {
  Source source("smiles,gap\nC[C@H](O)C(=O)O,3\nC[C@@H](O)C(=O)O,4\nF/C=C/F,5\n");
  source.settings.rules = {{"stereo", "keep"}};
  source.settings.duplicates = Duplicates::keep;
  const ImportResult kept = source.import();
  BOOST_TEST(kept.dataset.index.rows == 3U);
  BOOST_TEST(smiles_of(kept)[0] != smiles_of(kept)[1]);
  BOOST_TEST(smiles_of(kept)[2] == "F/C=C/F");
  // Rows that differ in stereo alone stay on one side of every split.
  BOOST_TEST(kept.dataset.index.groups == (Texts{"CC(O)C(=O)O", "CC(O)C(=O)O", "FC=CF"}));

  source.settings.duplicates = Duplicates::mean;
  const ImportResult mean = source.import();
  // They are no duplicates.
  BOOST_TEST(smiles_of(mean) == smiles_of(kept));
  BOOST_TEST(mean.merged == 0U);
  source.settings.rules.clear();
  BOOST_TEST(gaps(source.import()) == (std::vector<double>{3.5, 5}));
}

BOOST_AUTO_TEST_CASE(the_lowest_of_duplicates) {
  Source source("smiles,gap\nOCC,4\nC,10\nC(O)C,3\nCCO,5\n");
  source.settings.duplicates = Duplicates::lowest;
  const ImportResult result = source.import();
  BOOST_TEST(smiles_of(result) == (Texts{"CCO", "C"}));
  BOOST_TEST(result.dataset.index.source == (Texts{"C(O)C", "C"}));
  BOOST_TEST(result.dataset.index.lines == (std::vector<std::int64_t>{4, 3}));
  BOOST_TEST(gaps(result) == (std::vector<double>{3, 10}));
  BOOST_TEST(texts(result.dataset.index, "selfies") == (Texts{"[C][C][O]", "[C]"}));
  BOOST_TEST(result.merged == 2U);
  source.settings.targets.clear();
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("lowest first target", "there is no target"));
}

BOOST_AUTO_TEST_CASE(element_filters) {
  Source source("smiles,gap\nCCO,1\nCCl,2\nC*,3\n[C-]#[O+],4\n");
  source.settings.max_rejected = 0;
  source.settings.drop_elements = {"Cl"};
  const ImportResult dropped = source.import();
  BOOST_TEST(gaps(dropped) == (std::vector<double>{1, 3, 4}));
  BOOST_TEST(dropped.rejected[0].filtered);
  BOOST_TEST(dropped.rejected[0].reason == "element Cl is filtered out");
  // Hydrogens count that are not written.
  source.settings.only_elements = {"C", "O"};
  BOOST_TEST(gaps(source.import()) == std::vector<double>{4});
}

BOOST_AUTO_TEST_CASE(radicals) {
  Source source("smiles,gap\nCC1C[C]([NH])O1,1\nCCO,2\nCC1CC(=N)O1,3\nC[CH2],4\n");
  const ImportResult repaired = source.import();
  BOOST_TEST(smiles_of(repaired) == (Texts{"CC1CC(=N)O1", "CCO"}));
  BOOST_TEST(gaps(repaired)[0] == 2.0);
  BOOST_TEST(repaired.repaired == 1U);
  BOOST_TEST(repaired.merged == 1U);
  BOOST_TEST(repaired.dataset.index.source[0] == "CC1C[C]([NH])O1");

  source.settings.rules = {{"radicals", "reject"}};
  const ImportResult rejected = source.import();
  BOOST_TEST(smiles_of(rejected) == (Texts{"CCO", "CC1CC(=N)O1"}));
  BOOST_TEST(rejected.repaired == 0U);
  BOOST_TEST(rejected.rejected[0].reason == "a radical with 2 unpaired electrons");

  source.settings.rules = {{"radicals", "keep"}};
  BOOST_TEST(source.import().dataset.index.rows == 4U);
}

BOOST_AUTO_TEST_CASE(largest_fragment) {
  Source source("smiles,gap\n[Na+].CC(=O)[O-],1\n");
  source.settings.rules = {{"fragments", "largest"}};
  BOOST_TEST(smiles_of(source.import()) == Texts{"CC(=O)[O-]"});
}

BOOST_AUTO_TEST_CASE(large_molecules_are_a_filter) {
  Source source("smiles,gap\nCCCO,1\nCCO,2\n[H]CC,3\n");
  source.settings.max_heavy_atoms = 3;
  source.settings.max_rejected = 0;
  const ImportResult result = source.import();
  BOOST_TEST(smiles_of(result) == (Texts{"CCO", "CC"}));
  BOOST_TEST(result.rejected[0].filtered);
  BOOST_TEST(result.rejected[0].reason == "4 heavy atoms, more than 3");
}

BOOST_AUTO_TEST_CASE(units_and_ranges) {
  Source source("smiles,gap\nC,1\nCC,0.5\n");
  source.settings.targets[0] = {"gap", "gap", Values::numbers, "Ha", "eV", 0, 20};
  source.settings.targets.push_back({"gap", "per_atom", Values::numbers, "kcal/mol", "kcal/mol_atom"});
  const ImportResult result = source.import();
  BOOST_TEST(smiles_of(result) == Texts{"CC"});
  BOOST_TEST(gaps(result)[0] == 13.605693122994, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(result.dataset.index.targets[0].unit == "eV");
  // Ethane has 8 atoms, its hydrogens among them.
  BOOST_TEST(result.dataset.index.targets[1].values[0] == 0.5 / 8, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(result.rejected[0].filtered);
}

BOOST_AUTO_TEST_CASE(files_of_smiles) {
  const ImportResult result = Source("OCC ethanol\nC1CC ring\n\nC\n", false, "some.smi").import();
  BOOST_TEST(smiles_of(result) == (Texts{"CCO", "C"}));
  BOOST_TEST(result.dataset.index.lines == (std::vector<std::int64_t>{1, 4}));
  BOOST_TEST(result.dataset.index.targets.empty());
  BOOST_TEST(result.rejected[0].line == 2U);
  BOOST_TEST(result.rejected[0].text == "C1CC,ring");
  // The end of the name decides, also of one that ends in .gz (here of a plain file).
  BOOST_TEST(smiles_of(Source("OCC ethanol\n", false, "some.smi.gz").import()) == Texts{"CCO"});
}

BOOST_AUTO_TEST_CASE(a_target_without_any_value_is_an_error) {
  Source source("smiles,gap,dipole\nCC,1,\nCCO,2,\nXx,3,4\n");
  source.settings.targets.push_back({"dipole", "mu", Values::numbers, "D", "D"});
  BOOST_CHECK_EXCEPTION(source.import(), InputError,
                        says("source.csv", "column 'dipole' of target 'mu' has no value in any of the 2 rows"));
}

BOOST_AUTO_TEST_CASE(wrong_settings) {
  Source source("smiles,gap\nCC,1\n");
  source.settings.column = "smile";
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("'smile'", "did you mean 'smiles'"));
  source.settings.column = "smiles";
  source.settings.targets[0].column = "homo";
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("has no column 'homo'", "smiles, gap"));
  source.settings.targets[0].column = "gap";
  source.settings.targets.push_back(source.settings.targets[0]);
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("two targets have the name 'gap'"));
  source.settings.targets.clear();
  source.settings.source = source.folder / "absent.csv";
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("absent.csv: no such file"));
}

BOOST_AUTO_TEST_CASE(too_many_rejected_rows) {
  Source source("smiles,gap\nCC,1\nC1C,2\nCCO,3\n");
  source.settings.max_rejected = 0.3;
  BOOST_CHECK_EXCEPTION(source.import(), InputError,
                        says("1 of 3 rows were rejected", "line 3: syntax: unclosed ring"));
  BOOST_CHECK_EXCEPTION(Source("smiles,gap\nC1C,1\n").import(), InputError, says("none of 1 rows is left"));
}

BOOST_AUTO_TEST_CASE(files_of_a_run) {
  Source source("smiles,gap\nOCC,1\nCCO,2\nC[C][N],3\nC1C,4\n\"C,C\",5\nC*,6\n");
  parallel::StopHandler stop;
  run_import(Communicator::self(), source.settings, source.folder.path(), stop);
  BOOST_TEST(test::read_file(source.folder / "rejected.csv") ==
             "line,text,reason\n"
             "5,\"C1C,4\",syntax: unclosed ring\n"
             "6,\"\"\"C,C\"\",5\",syntax: syntax error\n");
  const auto summary = nlohmann::json::parse(test::read_file(source.folder / "summary.json"));
  BOOST_TEST(summary["rows_read"] == 6);
  BOOST_TEST(summary["rows"] == 3);
  BOOST_TEST(summary["molecules"] == 3);
  BOOST_TEST(summary["rejected"] == 2);
  BOOST_TEST(summary["merged"] == 1);
  BOOST_TEST(summary["repaired"] == 1);
  BOOST_TEST(summary["without_selfies"] == 1);
  BOOST_TEST(summary["tokens"]["tokens"]["longest"] == 4);
  BOOST_TEST(summary["tokens"]["selfies"]["symbols"] == 3);
  BOOST_TEST(summary["targets"]["gap"]["mean"] == 3.5);
  BOOST_TEST((summary["elements"] == nlohmann::json{"H", "C", "N", "O"}));
  BOOST_TEST(!summary.contains("compositions"));

  const DatasetIndex index = read_index(source.folder / "dataset.h5");
  BOOST_TEST(index.texts == (Texts{"CCO", "CC#N", "*C"}));
  const Hdf5File file(source.folder / "dataset.h5", Hdf5File::Mode::read);
  const auto settings = nlohmann::json::parse(file.text_attribute("/provenance", "settings"));
  BOOST_TEST(settings["kind"] == "molecules");
  BOOST_TEST(settings["radicals"] == "repair");
  BOOST_TEST(settings["stereo"] == "remove");
  BOOST_TEST(settings["elements"]["drop"].empty());
}

BOOST_AUTO_TEST_CASE(settings_from_yaml) {
  auto document = config::Document::from_text(
      "kind: molecules\nsource: a.smi.gz\nsmiles_column: s\nduplicates: keep\nstereo: keep\nradicals: reject\n"
      "fragments: largest\nelements: {drop: Cl}\nmax_heavy_atoms: 9\nmissing: reject\nmax_rejected: 0.2\n"
      "targets: {column: u0, unit: Ha, to: eV}\n",
      "import.yaml");
  const ImportSettings settings = config::read<ImportSettings>(document.root());
  document.finish();
  BOOST_TEST(settings.substance == &chem::molecules());
  BOOST_TEST(settings.column == "s");
  BOOST_TEST((settings.duplicates == Duplicates::keep));
  BOOST_TEST((settings.rules == chem::Rules{{"stereo", "keep"}, {"radicals", "reject"}, {"fragments", "largest"}}));
  BOOST_TEST(settings.drop_elements == Texts{"Cl"});
  BOOST_TEST(settings.max_heavy_atoms == 9U);
  BOOST_TEST(!settings.missing_allowed);
  BOOST_TEST(settings.targets[0].to == "eV");
}

BOOST_AUTO_TEST_CASE(defaults_of_the_yaml) {
  auto document = config::Document::from_text("kind: molecules\nsource: a.csv\n", "import.yaml");
  const ImportSettings settings = config::read<ImportSettings>(document.root());
  document.finish();
  BOOST_TEST(settings.column == "smiles");
  BOOST_TEST((settings.duplicates == Duplicates::mean));
  BOOST_TEST((settings.rules == chem::molecules().default_rules()));
  BOOST_TEST(settings.max_heavy_atoms == 0U);
  BOOST_TEST(settings.missing_allowed);
  BOOST_TEST(settings.targets.empty());
}

BOOST_AUTO_TEST_CASE(problems_of_the_yaml) {
  auto document = config::Document::from_text(
      "kind: molecules\nsource: a.csv\nformula_column: f\nelements: {drop: [Hh]}\nduplicates: highest\nradicals: fix\n"
      "max_heavy_atoms: -1\ntargets: {column: u0, unit: hartree, to: eV}\n",
      "import.yaml");
  config::read<ImportSettings>(document.root());
  BOOST_CHECK_EXCEPTION(document.finish(), InputError,
                        says("'formula_column' is a key of 'kind: compositions' alone", "'Hh'", "highest", "'fix'",
                             "max_heavy_atoms", "'hartree'"));
}

BOOST_AUTO_TEST_CASE(the_lowest_needs_a_number) {
  for (const std::string targets : {"[]", "{column: a, values: classes}"}) {
    auto document = config::Document::from_text(
        "kind: molecules\nsource: a.csv\nduplicates: lowest\ntargets: " + targets + "\n", "import.yaml");
    config::read<ImportSettings>(document.root());
    BOOST_CHECK_EXCEPTION(document.finish(), InputError, says("'duplicates'", "lowest first target is asked for"));
  }
}

BOOST_AUTO_TEST_CASE(unknown_rules_are_refused) {
  Source source("smiles,gap\nCC,1\n");
  source.settings.rules = {{"stereo", "invert"}};
  BOOST_CHECK_EXCEPTION(source.import(), InputError, says("'stereo: invert'", "does not know"));
}

BOOST_AUTO_TEST_CASE(an_import_says_what_it_did) {
  Source source("structure,calc\nC[CH2],0.1\n", false);
  source.settings.column = "structure";
  source.settings.targets = {{"calc", "gap_eV", Values::numbers, "Ha", "eV"}};
  source.settings.rules = {{"radicals", "keep"}, {"stereo", "keep"}};
  const auto preparation = source.import().dataset.index.preparation;
  BOOST_REQUIRE(preparation.has_value());
  const chem::Rules rules{{"stereo", "keep"}, {"radicals", "keep"}, {"fragments", "reject"}};
  BOOST_TEST((*preparation == Preparation{rules, "structure", {{"gap_eV", "calc", "Ha", "eV"}}}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ranks)

namespace {

/// Chains and rings, every seventh of them wrong, some of them there before.
std::string many_rows() {
  std::string text = "smiles,gap\n";
  for (int i = 0; i < 61; ++i) {
    const std::string chain(static_cast<std::size_t>(i % 23) + 1, 'C');
    text += fmt::format("{}{},{}\n", chain, i % 7 == 3 ? "(" : i % 5 == 0 ? "O" : "[C][N]", i);
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(any_number_of_ranks_gives_the_same_files) {
  const Communicator world = Communicator::world();
  const test::SharedFolder folder(world);
  world.on_root([&] { folder.own.write("source.csv", many_rows()); });
  ImportSettings settings = molecule_settings(folder.path / "source.csv");
  settings.targets = {{"gap", "gap", Values::numbers, "eV", "eV"}};
  parallel::StopHandler stop;
  run_import(world, settings, folder.path, stop);
  if (world.is_root()) {
    const TemporaryFolder alone;
    run_import(Communicator::self(), settings, alone.path(), stop);
    BOOST_TEST(read_index(folder.path / "dataset.h5").rows > 30U);
    BOOST_TEST(read_index(folder.path / "dataset.h5").fingerprint == read_index(alone / "dataset.h5").fingerprint);
    for (const char* name : {"dataset.h5", "rejected.csv"}) {
      BOOST_TEST((test::read_file(folder.path / name) == test::read_file(alone / name)));
    }
  }
}

BOOST_AUTO_TEST_CASE(fewer_rows_than_ranks) {
  const Communicator world = Communicator::world();
  const test::SharedFolder folder(world);
  world.on_root([&] { folder.own.write("source.csv", "smiles\nOCC\n"); });
  const ImportResult result = import_source(world, molecule_settings(folder.path / "source.csv"));
  BOOST_TEST(result.dataset.index.texts == (world.is_root() ? Texts{"CCO"} : Texts{}));
}

BOOST_AUTO_TEST_CASE(all_ranks_end_with_one_error) {
  const Communicator world = Communicator::world();
  const test::SharedFolder folder(world);
  world.on_root([&] {
    folder.own.write("source.csv", many_rows());
    folder.own.write("other.csv", "smiles\nCCO\n");
  });
  ImportSettings settings = molecule_settings(folder.path / "source.csv");
  settings.column = "molecule";
  BOOST_CHECK_EXCEPTION(import_source(world, settings), InputError, says("has no column 'molecule'"));
  settings.column = "smiles";
  settings.max_rejected = 0;
  BOOST_CHECK_EXCEPTION(import_source(world, settings), InputError, says("of 61 rows were rejected"));
  settings.max_rejected = 1;
  if (world.size() > 1) {
    settings.source = folder.path / (world.rank() == 1 ? "other.csv" : "source.csv");
    BOOST_CHECK_EXCEPTION(import_source(world, settings), Error, says("rank 1", "holds another text"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
