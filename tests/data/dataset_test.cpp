#include "data/dataset.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "data/hdf5.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::says;
using epitaxy::test::TemporaryFolder;

namespace {

/// Two rows, three features, two targets of which one value is missing.
Dataset small() {
  Dataset dataset;
  DatasetIndex& index = dataset.index;
  index.kind = "composition";
  index.rows = 2;
  index.feature_names = {"H", "O", "Fe"};
  index.targets = {{"z_energy", "eV/atom", {-1.5, 0.25}},
                   {"a_gap", "eV", {std::numeric_limits<double>::quiet_NaN(), 2.0}}};
  index.groups = {"H2O", "Fe2O3"};
  index.formulas = {"H2O", "Fe4O6"};
  index.lines = {2, 7};
  dataset.features = {0.75F, 0.25F, 0, 0, 0.5F, 0.5F};
  dataset.provenance = {{"source", "a.csv"}, {"settings", "{}"}};
  return dataset;
}

/// Ethanol and chloropyrrole; the second has no SELFIES.
Dataset molecules() {
  Dataset dataset;
  DatasetIndex& index = dataset.index;
  index.kind = "molecule";
  index.rows = 2;
  index.targets = {{"gap", "eV", {7.5, std::numeric_limits<double>::quiet_NaN()}}};
  index.smiles = {"CCO", "Clc1ccc[nH]1"};
  index.groups = index.smiles;
  index.formulas = {"OCC", "Clc1ccc[nH]1"};
  index.lines = {2, 3};
  index.selfies = {"[C][C][O]", ""};
  index.token_lists = make_token_lists(index.smiles, index.selfies);
  return dataset;
}

std::string fingerprint(const Dataset& dataset) {
  const TemporaryFolder folder;
  write_dataset(folder / "d.h5", dataset);
  return read_index(folder / "d.h5").fingerprint;
}

/// Writes a data set that lacks what a real one has, as `change` sees fit.
template <typename Change>
void write_raw(const std::filesystem::path& path, Change change, const std::string& kind = "composition") {
  Hdf5File file(path, Hdf5File::Mode::create);
  file.write_attribute("/", "format", std::string("epitaxy dataset"));
  file.write_attribute("/", "format_version", std::int64_t{2});
  file.write_attribute("/", "kind", kind);
  file.write_attribute("/", "fingerprint", std::string("0"));
  change(file);
  file.close();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dataset)

BOOST_AUTO_TEST_CASE(everything_comes_back) {
  const TemporaryFolder folder;
  const Dataset written = small();
  write_dataset(folder / "d.h5", written);
  const DatasetIndex index = read_index(folder / "d.h5");
  BOOST_TEST(index.path == folder / "d.h5");
  BOOST_TEST(index.kind == "composition");
  BOOST_TEST(index.fingerprint.size() == 32U);
  BOOST_TEST(index.rows == 2U);
  BOOST_TEST(index.feature_names == written.index.feature_names);
  BOOST_TEST(index.groups == written.index.groups);
  BOOST_TEST(index.formulas == written.index.formulas);
  BOOST_TEST(index.lines == written.index.lines);
  BOOST_REQUIRE(index.targets.size() == 2U);
  BOOST_TEST(index.targets[0].name == "z_energy");
  BOOST_TEST(index.targets[0].unit == "eV/atom");
  BOOST_TEST(index.targets[0].values == written.index.targets[0].values);
  BOOST_TEST(std::isnan(index.targets[1].values[0]));
  BOOST_TEST(index.targets[1].values[1] == 2.0);
  BOOST_TEST(read_features(index, {0, 1}) == written.features);
  const Hdf5File file(folder / "d.h5", Hdf5File::Mode::read);
  BOOST_TEST(file.text_attribute("/provenance", "source") == "a.csv");
}

BOOST_AUTO_TEST_CASE(what_was_done_to_the_data_travels_with_it) {
  const TemporaryFolder folder;
  Dataset written = molecules();
  const std::string before = fingerprint(written);
  written.index.preparation =
      Preparation{{true, chem::Radicals::keep, false}, "structure", {{"gap", "calc", "Ha", "eV"}}};
  write_dataset(folder / "m.h5", written);
  const DatasetIndex index = read_index(folder / "m.h5");
  BOOST_REQUIRE(index.preparation.has_value());
  BOOST_TEST((*index.preparation == *written.index.preparation));
  BOOST_TEST(index.fingerprint == before);
}

BOOST_AUTO_TEST_CASE(files_of_earlier_versions_tell_it_in_their_settings) {
  const TemporaryFolder folder;
  Dataset old = molecules();
  write_dataset(folder / "m.h5", old);
  BOOST_TEST(!read_index(folder / "m.h5").preparation.has_value());
  old.provenance["settings"] =
      R"({"kind": "molecules", "targets": [{"column": "calc", "name": "gap", "unit": "Ha", "to": "eV"}],
          "smiles_column": "smiles", "stereo": "remove", "radicals": "reject", "fragments": "reject"})";
  write_dataset(folder / "m.h5", old);
  const DatasetIndex index = read_index(folder / "m.h5");
  BOOST_REQUIRE(index.preparation.has_value());
  BOOST_TEST((*index.preparation ==
              Preparation{{false, chem::Radicals::reject, false}, "smiles", {{"gap", "calc", "Ha", "eV"}}}));
}

BOOST_AUTO_TEST_CASE(features_of_any_rows_in_any_order) {
  // More rows than one block of reading; the feature tells the row.
  constexpr std::size_t kRows = 140000;
  Dataset dataset;
  dataset.index.kind = "composition";
  dataset.index.rows = kRows;
  dataset.index.feature_names = {"H", "O"};
  dataset.index.groups.assign(kRows, "H2O");
  dataset.index.formulas.assign(kRows, "H2O");
  dataset.index.lines.assign(kRows, 2);
  for (std::size_t row = 0; row < kRows; ++row) {
    dataset.features.push_back(static_cast<float>(row));
    dataset.features.push_back(0.5F);
  }
  const TemporaryFolder folder;
  write_dataset(folder / "d.h5", dataset);
  const DatasetIndex index = read_index(folder / "d.h5");
  const std::vector<float> features = read_features(index, {139999, 0, 70000, 0, 65536, 65535});
  const std::vector<float> expected = {139999, 0.5F, 0, 0.5F, 70000, 0.5F, 0, 0.5F, 65536, 0.5F, 65535, 0.5F};
  BOOST_TEST(features == expected);
  BOOST_TEST(read_features(index, {}).empty());
  BOOST_CHECK_THROW(read_features(index, {kRows}), Error);
}

BOOST_AUTO_TEST_CASE(fingerprint_depends_on_content_alone) {
  const std::string original = fingerprint(small());
  Dataset other = small();
  other.provenance["source"] = "elsewhere.csv";
  BOOST_TEST(fingerprint(other) == original);

  const auto changed = [&](auto change) {
    Dataset dataset = small();
    change(dataset);
    return fingerprint(dataset) != original;
  };
  BOOST_TEST(changed([](Dataset& d) { d.features[0] = 0.5F; }));
  BOOST_TEST(changed([](Dataset& d) { d.index.targets[0].values[1] = 0.26; }));
  BOOST_TEST(changed([](Dataset& d) { d.index.targets[0].unit = "eV"; }));
  BOOST_TEST(changed([](Dataset& d) { d.index.targets[0].name = "energy"; }));
  BOOST_TEST(changed([](Dataset& d) { std::swap(d.index.targets[0], d.index.targets[1]); }));
  BOOST_TEST(changed([](Dataset& d) { d.index.formulas[1] = "Fe2O3"; }));
  BOOST_TEST(changed([](Dataset& d) { d.index.groups[1] = "Fe4O6"; }));
  BOOST_TEST(changed([](Dataset& d) { d.index.lines[1] = 8; }));
  BOOST_TEST(changed([](Dataset& d) { d.index.feature_names[2] = "Co"; }));
}

BOOST_AUTO_TEST_CASE(molecules_come_back) {
  const TemporaryFolder folder;
  const Dataset written = molecules();
  write_dataset(folder / "m.h5", written);
  const DatasetIndex index = read_index(folder / "m.h5");
  BOOST_TEST(index.kind == "molecule");
  BOOST_TEST(index.rows == 2U);
  BOOST_TEST(index.feature_names.empty());
  BOOST_TEST(index.smiles == written.index.smiles);
  BOOST_TEST(index.selfies == written.index.selfies);
  BOOST_TEST(index.groups == written.index.groups);
  BOOST_TEST(index.formulas == written.index.formulas);
  BOOST_TEST(index.targets[0].values[0] == 7.5);
  BOOST_TEST(std::isnan(index.targets[0].values[1]));
  for (const char* representation : {"characters", "tokens", "selfies"}) {
    BOOST_TEST(token_list(index, representation).symbols == token_list(written.index, representation).symbols);
    BOOST_TEST(token_list(index, representation).longest == token_list(written.index, representation).longest);
  }
  BOOST_TEST(read_features(index, {1, 0}).empty());
}

BOOST_AUTO_TEST_CASE(representations_of_molecules) {
  const DatasetIndex index = molecules().index;
  const TokenList& characters = token_list(index, "characters");
  BOOST_TEST(characters.symbols == (std::vector<std::string>{"1", "C", "H", "O", "[", "]", "c", "l", "n"}));
  BOOST_TEST(characters.longest == 12U);
  const TokenList& tokens = token_list(index, "tokens");
  BOOST_TEST(tokens.symbols == (std::vector<std::string>{"1", "C", "Cl", "O", "[nH]", "c"}));
  BOOST_TEST(tokens.longest == 8U);
  const TokenList& selfies = token_list(index, "selfies");
  BOOST_TEST(selfies.symbols == (std::vector<std::string>{"[C]", "[O]"}));
  BOOST_TEST(selfies.longest == 3U);
  BOOST_TEST(texts(index, "characters") == index.smiles);
  BOOST_TEST(texts(index, "tokens") == index.smiles);
  BOOST_TEST(texts(index, "selfies") == index.selfies);
  BOOST_CHECK_EXCEPTION(texts(index, "inchi"), InputError, says("'inchi'", "characters, tokens, selfies"));
  BOOST_CHECK_EXCEPTION(token_list(small().index, "tokens"), InputError, says("'composition'", "kind: molecules"));
}

BOOST_AUTO_TEST_CASE(the_fingerprint_covers_molecules) {
  const std::string original = fingerprint(molecules());
  BOOST_TEST(fingerprint(molecules()) == original);
  Dataset smiles = molecules();
  smiles.index.smiles[0] = "OCC";
  BOOST_TEST(fingerprint(smiles) != original);
  Dataset selfies = molecules();
  selfies.index.selfies[0] = "[O][C][C]";
  BOOST_TEST(fingerprint(selfies) != original);
  Dataset tokens = molecules();
  tokens.index.token_lists[0].longest = 13;
  BOOST_TEST(fingerprint(tokens) != original);
}

BOOST_AUTO_TEST_CASE(formats_are_marked) {
  // Compositions stay readable for programs of format 1.
  const TemporaryFolder folder;
  write_dataset(folder / "c.h5", small());
  write_dataset(folder / "m.h5", molecules());
  BOOST_TEST(Hdf5File(folder / "c.h5", Hdf5File::Mode::read).integer_attribute("/", "format_version") == 1);
  BOOST_TEST(Hdf5File(folder / "m.h5", Hdf5File::Mode::read).integer_attribute("/", "format_version") == 2);
}

BOOST_AUTO_TEST_CASE(target_by_name) {
  DatasetIndex index = small().index;
  BOOST_TEST(index.target("a_gap").unit == "eV");
  BOOST_CHECK_EXCEPTION(index.target("z_enrgy"), InputError, says("z_enrgy", "did you mean 'z_energy'", "a_gap"));
  BOOST_CHECK_EXCEPTION(index.target(""), InputError, says("2 targets", "z_energy", "a_gap"));
  index.targets.pop_back();
  BOOST_TEST(index.target("").name == "z_energy");
}

BOOST_AUTO_TEST_CASE(files_that_are_no_data_set) {
  const TemporaryFolder folder;
  BOOST_CHECK_EXCEPTION(read_index(folder / "absent.h5"), InputError, says("absent.h5: no such file"));
  {
    Hdf5File file(folder / "other.h5", Hdf5File::Mode::create);
    file.write_attribute("/", "format", std::string("epitaxy checkpoint"));
    file.close();
  }
  BOOST_CHECK_EXCEPTION(read_index(folder / "other.h5"), InputError, says("other.h5", "not a data set"));
  write_raw(folder / "newer.h5", [](Hdf5File& file) { file.write_attribute("/", "format_version", std::int64_t{3}); });
  BOOST_CHECK_EXCEPTION(read_index(folder / "newer.h5"), InputError, says("newer.h5", "newer epitaxy"));
}

BOOST_AUTO_TEST_CASE(damaged_files_say_so) {
  const TemporaryFolder folder;
  const auto damaged = says("d.h5", "damaged", "import it again");
  write_dataset(folder / "d.h5", small());
  std::filesystem::resize_file(folder / "d.h5", std::filesystem::file_size(folder / "d.h5") - 8);
  BOOST_CHECK_EXCEPTION(read_index(folder / "d.h5"), DamagedFileError, damaged);

  write_raw(folder / "d.h5", [](Hdf5File&) {});
  BOOST_CHECK_EXCEPTION(read_index(folder / "d.h5"), DamagedFileError, damaged);

  write_raw(folder / "d.h5", [](Hdf5File& file) {
    file.write("/feature_names", std::vector<std::string>{"H", "O"});
    file.write("/features", std::vector<float>{1, 0, 0, 1}, 2);
    file.write("/formula", std::vector<std::string>{"H", "O"});
    file.write("/group", std::vector<std::string>{"H"});
    file.write("/line", std::vector<std::int64_t>{2, 3});
    file.write("/target_names", std::vector<std::string>{});
  });
  BOOST_CHECK_EXCEPTION(read_index(folder / "d.h5"), DamagedFileError, says("damaged", "'/group' has another size"));
}

BOOST_AUTO_TEST_CASE(damaged_molecules_say_so) {
  const TemporaryFolder folder;
  const auto strings = [](Hdf5File& file) {
    file.write("/smiles", std::vector<std::string>{"C", "CC"});
    file.write("/selfies", std::vector<std::string>{"[C]", "[C][C]"});
  };
  write_raw(folder / "m.h5", strings, "molecule");
  BOOST_CHECK_EXCEPTION(read_index(folder / "m.h5"), DamagedFileError, says("damaged", "/tokens/characters"));
  write_raw(
      folder / "m.h5",
      [](Hdf5File& file) {
        file.write("/smiles", std::vector<std::string>{"C", "CC"});
        file.write("/selfies", std::vector<std::string>{"[C]"});
      },
      "molecule");
  BOOST_CHECK_EXCEPTION(read_index(folder / "m.h5"), DamagedFileError, says("'/selfies' has another size"));
}

BOOST_AUTO_TEST_CASE(a_replaced_file_is_noticed) {
  const TemporaryFolder folder;
  write_dataset(folder / "d.h5", small());
  const DatasetIndex index = read_index(folder / "d.h5");
  Dataset other = small();
  other.features[0] = 0.5F;
  write_dataset(folder / "d.h5", other);
  BOOST_CHECK_EXCEPTION(read_features(index, {0}), InputError, says("d.h5", "replaced"));
}

BOOST_AUTO_TEST_CASE(inconsistent_data_sets_are_not_written) {
  const TemporaryFolder folder;
  Dataset dataset = small();
  dataset.index.lines.pop_back();
  BOOST_CHECK_THROW(write_dataset(folder / "d.h5", dataset), Error);
  BOOST_TEST(!std::filesystem::exists(folder / "d.h5"));
  Dataset without_selfies = molecules();
  without_selfies.index.selfies.pop_back();
  BOOST_CHECK_THROW(write_dataset(folder / "m.h5", without_selfies), Error);
}

BOOST_AUTO_TEST_SUITE_END()
