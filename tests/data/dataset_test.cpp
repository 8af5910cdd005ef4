#include "data/dataset.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "base/hash.h"
#include "data/hdf5.h"
#include "data/hdf5_handle.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::says;
using epitaxy::test::TemporaryFolder;

namespace {

using Texts = std::vector<std::string>;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const chem::Rules kRules{{"stereo", "keep"}, {"radicals", "keep"}, {"fragments", "reject"}};

/// Two rows, three targets, one of classes; one value is missing.
Dataset small() {
  Dataset dataset;
  DatasetIndex& index = dataset.index;
  index.rows = 2;
  index.targets = {{"z_energy", "eV/atom", {-1.5, 0.25}, {}},
                   {"a_gap", "eV", {kNone, 2.0}, {}},
                   {"phase", "class", {1, 0}, {"ice", "rust"}}};
  index.texts = {"H2O", "Fe4O6"};
  index.groups = {"H2O", "Fe2O3"};
  index.source = {"H2O", "Fe4O6"};
  index.lines = {2, 7};
  dataset.provenance = {{"source", "a.csv"}, {"settings", "{}"}};
  return dataset;
}

/// Ethanol and chloropyrrole; the second has no SELFIES.
Dataset molecules() {
  Dataset dataset;
  DatasetIndex& index = dataset.index;
  index.substance = &chem::molecules();
  index.rows = 2;
  index.targets = {{"gap", "eV", {7.5, kNone}, {}}};
  index.texts = {"CCO", "Clc1ccc[nH]1"};
  index.groups = index.texts;
  index.source = {"OCC", "Clc1ccc[nH]1"};
  index.lines = {2, 3};
  index.notations["selfies"] = {"[C][C][O]", ""};
  index.token_lists = make_token_lists(index);
  return dataset;
}

std::string fingerprint(const Dataset& dataset) {
  const TemporaryFolder folder;
  write_dataset(folder / "d.h5", dataset);
  return read_index(folder / "d.h5").fingerprint;
}

/// Writes a data set of a format, with what `content` writes.
template <typename Content>
void write_raw(const std::filesystem::path& path, std::int64_t format, const std::string& kind, Content content) {
  Hdf5File file(path, Hdf5File::Mode::create);
  file.write_attribute("/", "format", std::string("epitaxy dataset"));
  file.write_attribute("/", "format_version", format);
  file.write_attribute("/", "kind", kind);
  file.write_attribute("/", "fingerprint", std::string("0"));
  content(file);
  file.close();
}

/// What all formats have, of two rows.
void write_rows(Hdf5File& file, const Texts& source, const Texts& groups) {
  file.write("/targets/gap", std::vector<double>{7.5, kNone});
  file.write_attribute("/targets/gap", "unit", std::string("eV"));
  file.write("/target_names", Texts{"gap"});
  file.write("/formula", source);
  file.write("/group", groups);
  file.write("/line", std::vector<std::int64_t>{2, 3});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dataset)

BOOST_AUTO_TEST_CASE(everything_comes_back) {
  const TemporaryFolder folder;
  const Dataset written = small();
  write_dataset(folder / "d.h5", written);
  const DatasetIndex index = read_index(folder / "d.h5");
  BOOST_TEST(index.path == folder / "d.h5");
  BOOST_TEST(index.substance == &chem::compositions());
  BOOST_TEST(index.fingerprint.size() == 32U);
  BOOST_TEST(index.rows == 2U);
  BOOST_TEST(index.texts == written.index.texts);
  BOOST_TEST(index.groups == written.index.groups);
  BOOST_TEST(index.source == written.index.source);
  BOOST_TEST(index.lines == written.index.lines);
  BOOST_TEST(index.notations.empty());
  BOOST_TEST(index.token_lists.empty());
  BOOST_REQUIRE(index.targets.size() == 3U);
  BOOST_TEST(index.targets[0].name == "z_energy");
  BOOST_TEST(index.targets[0].unit == "eV/atom");
  BOOST_TEST(index.targets[0].values == written.index.targets[0].values);
  BOOST_TEST(index.targets[0].classes.empty());
  BOOST_TEST(std::isnan(index.targets[1].values[0]));
  BOOST_TEST(index.targets[1].values[1] == 2.0);
  BOOST_TEST(index.targets[2].values == (std::vector<double>{1, 0}));
  BOOST_TEST(index.targets[2].classes == (Texts{"ice", "rust"}));
  const Hdf5File file(folder / "d.h5", Hdf5File::Mode::read);
  BOOST_TEST(file.text_attribute("/provenance", "source") == "a.csv");
  BOOST_TEST(file.text_attribute("/", "kind") == "composition");
  BOOST_TEST(file.integer_attribute("/", "format_version") == 3);
}

BOOST_AUTO_TEST_CASE(what_was_done_to_the_data_travels_with_it) {
  const TemporaryFolder folder;
  Dataset written = molecules();
  const std::string before = fingerprint(written);
  written.index.preparation = Preparation{kRules, "structure", {{"gap", "calc", "Ha", "eV"}}};
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
  BOOST_TEST((*index.preparation == Preparation{{{"stereo", "remove"}, {"radicals", "reject"}, {"fragments", "reject"}},
                                                "smiles",
                                                {{"gap", "calc", "Ha", "eV"}}}));
}

BOOST_AUTO_TEST_CASE(compositions_of_format_1_are_read) {
  const TemporaryFolder folder;
  write_raw(folder / "c.h5", 1, "composition", [](Hdf5File& file) {
    file.write_attribute("/", "preparation",
                         std::string(R"({"column": "formula", "stereo": "remove", "radicals": "repair",
                                         "fragments": "reject", "targets": []})"));
    file.write("/features", std::vector<float>{0.4F, 0.6F, 0.5F, 0.5F}, 2);
    file.write("/feature_names", Texts{"Fe", "O"});
    write_rows(file, {"Fe4O6", "FeO"}, {"Fe2O3", "FeO"});
  });
  const DatasetIndex index = read_index(folder / "c.h5");
  BOOST_TEST(index.substance == &chem::compositions());
  BOOST_TEST(index.rows == 2U);
  BOOST_TEST(index.texts == (Texts{"Fe4O6", "FeO"}));
  BOOST_TEST(index.source == index.texts);
  BOOST_TEST(index.groups == (Texts{"Fe2O3", "FeO"}));
  BOOST_TEST(index.target("gap").values[0] == 7.5);
  BOOST_TEST(index.target("gap").classes.empty());
  BOOST_REQUIRE(index.preparation.has_value());
  BOOST_TEST((*index.preparation == Preparation{{}, "formula", {}}));
}

BOOST_AUTO_TEST_CASE(molecules_of_format_2_are_read) {
  const TemporaryFolder folder;
  write_raw(folder / "m.h5", 2, "molecule", [](Hdf5File& file) {
    file.write_attribute("/", "preparation",
                         std::string(R"({"column": "smi", "stereo": "keep", "radicals": "keep", "fragments": "reject",
                                         "targets": [{"target": "gap", "column": "g", "unit": "Ha", "to": "eV"}]})"));
    file.write("/smiles", Texts{"CCO", "*C"});
    file.write("/selfies", Texts{"[C][C][O]", ""});
    for (const char* representation : {"characters", "tokens", "selfies"}) {
      const std::string path = std::string("/tokens/") + representation;
      file.write(path, Texts{"C", "O"});
      file.write_attribute(path, "longest", std::int64_t{3});
    }
    write_rows(file, {"OCC", "C*"}, {"CCO", "*C"});
  });
  const DatasetIndex index = read_index(folder / "m.h5");
  BOOST_TEST(index.substance == &chem::molecules());
  BOOST_TEST(index.texts == (Texts{"CCO", "*C"}));
  BOOST_TEST(index.source == (Texts{"OCC", "C*"}));
  BOOST_TEST(texts(index, "selfies") == (Texts{"[C][C][O]", ""}));
  BOOST_TEST(token_list(index, "tokens").longest == 3U);
  BOOST_REQUIRE(index.preparation.has_value());
  BOOST_TEST((*index.preparation == Preparation{kRules, "smi", {{"gap", "g", "Ha", "eV"}}}));
}

BOOST_AUTO_TEST_CASE(substances_of_other_programs_are_refused) {
  const TemporaryFolder folder;
  write_raw(folder / "p.h5", 3, "protein", [](Hdf5File&) {});
  BOOST_CHECK_EXCEPTION(read_index(folder / "p.h5"), InputError,
                        says("p.h5: holds rows of kind 'protein', which this program does not know"));
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
  BOOST_TEST(changed([](Dataset& d) { d.index.targets[0].values[1] = 0.26; }));
  BOOST_TEST(changed([](Dataset& d) { d.index.targets[0].unit = "eV"; }));
  BOOST_TEST(changed([](Dataset& d) { d.index.targets[0].name = "energy"; }));
  BOOST_TEST(changed([](Dataset& d) { d.index.targets[2].classes[0] = "water"; }));
  BOOST_TEST(changed([](Dataset& d) { std::swap(d.index.targets[0], d.index.targets[1]); }));
  BOOST_TEST(changed([](Dataset& d) { d.index.texts[1] = "Fe2O3"; }));
  BOOST_TEST(changed([](Dataset& d) { d.index.source[1] = "Fe2O3"; }));
  BOOST_TEST(changed([](Dataset& d) { d.index.groups[1] = "Fe4O6"; }));
  BOOST_TEST(changed([](Dataset& d) { d.index.lines[1] = 8; }));
}

BOOST_AUTO_TEST_CASE(molecules_come_back) {
  const TemporaryFolder folder;
  const Dataset written = molecules();
  write_dataset(folder / "m.h5", written);
  const DatasetIndex index = read_index(folder / "m.h5");
  BOOST_TEST(index.substance == &chem::molecules());
  BOOST_TEST(index.rows == 2U);
  BOOST_TEST(index.texts == written.index.texts);
  BOOST_TEST((index.notations == written.index.notations));
  BOOST_TEST(index.groups == written.index.groups);
  BOOST_TEST(index.source == written.index.source);
  BOOST_TEST(index.targets[0].values[0] == 7.5);
  BOOST_TEST(std::isnan(index.targets[0].values[1]));
  for (const char* representation : {"characters", "tokens", "selfies"}) {
    BOOST_TEST(token_list(index, representation).symbols == token_list(written.index, representation).symbols);
    BOOST_TEST(token_list(index, representation).longest == token_list(written.index, representation).longest);
  }
}

BOOST_AUTO_TEST_CASE(representations_of_molecules) {
  const DatasetIndex index = molecules().index;
  const TokenList& characters = token_list(index, "characters");
  BOOST_TEST(characters.symbols == (Texts{"1", "C", "H", "O", "[", "]", "c", "l", "n"}));
  BOOST_TEST(characters.longest == 12U);
  const TokenList& tokens = token_list(index, "tokens");
  BOOST_TEST(tokens.symbols == (Texts{"1", "C", "Cl", "O", "[nH]", "c"}));
  BOOST_TEST(tokens.longest == 8U);
  const TokenList& selfies = token_list(index, "selfies");
  BOOST_TEST(selfies.symbols == (Texts{"[C]", "[O]"}));
  BOOST_TEST(selfies.longest == 3U);
  BOOST_TEST(texts(index, "") == index.texts);
  BOOST_TEST(texts(index, "selfies") == (Texts{"[C][C][O]", ""}));
  BOOST_CHECK_EXCEPTION(texts(index, "inchi"), InputError, says("molecules have no notation 'inchi'"));
  BOOST_CHECK_EXCEPTION(token_list(index, "inchi"), InputError, says("'inchi'", "characters, tokens, selfies"));
  BOOST_CHECK_EXCEPTION(token_list(small().index, "tokens"), InputError,
                        says("compositions cannot be written as 'tokens'"));
}

BOOST_AUTO_TEST_CASE(the_fingerprint_covers_molecules) {
  const std::string original = fingerprint(molecules());
  BOOST_TEST(fingerprint(molecules()) == original);
  Dataset smiles = molecules();
  smiles.index.texts[0] = "OCC";
  BOOST_TEST(fingerprint(smiles) != original);
  Dataset selfies = molecules();
  selfies.index.notations["selfies"][0] = "[O][C][C]";
  BOOST_TEST(fingerprint(selfies) != original);
  Dataset tokens = molecules();
  tokens.index.token_lists[0].longest = 13;
  BOOST_TEST(fingerprint(tokens) != original);
}

BOOST_AUTO_TEST_CASE(what_another_program_changed_does_not_fit_the_fingerprint) {
  const TemporaryFolder folder;
  const auto path = folder / "d.h5";
  const auto edit = [&](const char* array, const auto& values) {
    write_dataset(path, small());
    const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    const Handle opened(H5Dopen2(file, array, H5P_DEFAULT), H5Dclose);
    H5Dwrite(opened, native_type<typename std::decay_t<decltype(values)>::value_type>(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
             values.data());
  };
  const auto told = says("d.h5: its content was changed by another program", "fingerprint", "import it again");
  edit("/targets/z_energy", std::vector<double>{-1.5, 0.26});
  BOOST_CHECK_EXCEPTION(read_index(path), InputError, told);
  BOOST_CHECK_EXCEPTION(read_window(path, 0, 1), InputError, told);
  edit("/line", std::vector<std::int64_t>{2, 8});
  BOOST_CHECK_EXCEPTION(read_index(path), InputError, told);
  edit("/line", std::vector<std::int64_t>{2, 7});
  BOOST_TEST(read_index(path).rows == 2U);  // opened for writing, and the same
  BOOST_TEST(read_window(path, 1, 1).texts == Texts{"Fe4O6"});
}

BOOST_AUTO_TEST_CASE(a_preparation_that_another_program_changed_is_noticed) {
  const TemporaryFolder folder;
  const auto path = folder / "d.h5";
  Dataset dataset = molecules();
  dataset.index.preparation = Preparation{kRules, "smiles", {}};
  const auto replace = [&](const char* name, const std::string& value) {
    const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    if (H5Aexists(file, name) > 0) {
      H5Adelete(file, name);
    }
    if (value.empty()) {
      return;
    }
    const Handle type = text_type();
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle attribute(H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    const char* const text = value.c_str();
    H5Awrite(attribute, type, &text);
  };
  const std::string right = to_json(*dataset.index.preparation);
  const std::string wrong = to_json({{{"stereo", "remove"}, kRules[1], kRules[2]}, "smiles", {}});
  const auto told = says("d.h5: what it says of the preparation of its molecules was changed", "import");
  write_dataset(path, dataset);
  replace("preparation", wrong);
  BOOST_CHECK_EXCEPTION(read_index(path), InputError, told);
  BOOST_CHECK_EXCEPTION(read_window(path, 0, 1), InputError, told);
  replace("preparation", right);
  BOOST_TEST(read_index(path).preparation.has_value());
  replace("preparation", "");
  BOOST_CHECK_EXCEPTION(read_index(path), InputError, told);
  // As earlier versions wrote it.
  write_dataset(path, dataset);
  replace("preparation_hash", "");
  BOOST_TEST((read_index(path).preparation == dataset.index.preparation));
}

BOOST_AUTO_TEST_CASE(fingerprints_of_earlier_formats_are_made_as_they_were) {
  const TemporaryFolder folder;
  const std::vector<float> features{1, 2, 3, 4};
  const Texts formulas{"H2O", "Fe2O3"};
  Hasher hasher;
  for (const char* text : {"composition", "H", "O"}) {
    hasher.add(text);
  }
  hasher.add(std::span<const float>(features));
  hasher.add("gap");
  hasher.add("eV");
  hasher.add(std::span<const double>(std::vector<double>{7.5, kNone}));
  for (const char* text : {"H2O", "Fe2O3", "H2O", "Fe2O3"}) {  // the source's, the groups
    hasher.add(text);
  }
  hasher.add(std::span<const std::int64_t>(std::vector<std::int64_t>{2, 3}));
  write_raw(folder / "d.h5", 1, "composition", [&](Hdf5File& file) {
    write_rows(file, formulas, formulas);
    file.write("/features", features, 2);
    file.write("/feature_names", Texts{"H", "O"});
    file.write_attribute("/", "fingerprint", hasher.hex());
  });
  { const Handle file(H5Fopen((folder / "d.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose); }
  BOOST_TEST(read_index(folder / "d.h5").fingerprint == hasher.hex());
}

BOOST_AUTO_TEST_CASE(windows_of_rows_are_parts_of_the_whole) {
  const TemporaryFolder folder;
  write_dataset(folder / "d.h5", molecules());
  const DatasetIndex all = read_index(folder / "d.h5");
  BOOST_TEST(count_rows(folder / "d.h5") == 2u);
  const DatasetIndex second = read_window(folder / "d.h5", 1, 5);
  BOOST_TEST(second.rows == 1u);
  BOOST_TEST(second.texts == Texts{all.texts[1]}, boost::test_tools::per_element());
  BOOST_TEST(second.source == Texts{all.source[1]}, boost::test_tools::per_element());
  BOOST_TEST(second.groups == Texts{all.groups[1]}, boost::test_tools::per_element());
  BOOST_TEST(second.lines == std::vector<std::int64_t>{all.lines[1]}, boost::test_tools::per_element());
  BOOST_TEST(second.notations.at("selfies") == Texts{""}, boost::test_tools::per_element());
  BOOST_TEST(std::isnan(second.targets.front().values.at(0)));
  BOOST_TEST(second.token_lists.front().longest == all.token_lists.front().longest);
  BOOST_TEST(second.fingerprint == all.fingerprint);
  BOOST_TEST(read_window(folder / "d.h5", 0, 1).texts == Texts{all.texts[0]}, boost::test_tools::per_element());
  BOOST_TEST(read_window(folder / "d.h5", 2, 1).rows == 0u);
  BOOST_TEST(read_window(folder / "d.h5", 99, 1).texts.empty());
}

BOOST_AUTO_TEST_CASE(target_by_name) {
  DatasetIndex index = small().index;
  BOOST_TEST(index.target("a_gap").unit == "eV");
  BOOST_CHECK_EXCEPTION(index.target("z_enrgy"), InputError, says("z_enrgy", "did you mean 'z_energy'", "a_gap"));
  BOOST_CHECK_EXCEPTION(index.target(""), InputError, says("3 targets", "z_energy", "a_gap"));
  index.targets.resize(1);
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
  write_raw(folder / "newer.h5", 4, "composition", [](Hdf5File&) {});
  BOOST_CHECK_EXCEPTION(read_index(folder / "newer.h5"), InputError, says("newer.h5", "newer epitaxy", "up to 3"));
}

BOOST_AUTO_TEST_CASE(damaged_files_say_so) {
  const TemporaryFolder folder;
  const auto damaged = says("d.h5", "damaged", "import it again");
  write_dataset(folder / "d.h5", small());
  std::filesystem::resize_file(folder / "d.h5", std::filesystem::file_size(folder / "d.h5") - 8);
  BOOST_CHECK_EXCEPTION(read_index(folder / "d.h5"), DamagedFileError, damaged);

  write_raw(folder / "d.h5", 3, "composition", [](Hdf5File&) {});
  BOOST_CHECK_EXCEPTION(read_index(folder / "d.h5"), DamagedFileError, damaged);

  write_raw(folder / "d.h5", 3, "composition", [](Hdf5File& file) {
    file.write("/text", Texts{"H", "O"});
    write_rows(file, {"H", "O"}, {"H"});
  });
  BOOST_CHECK_EXCEPTION(read_index(folder / "d.h5"), DamagedFileError, says("damaged", "'/group' has another size"));

  write_raw(folder / "d.h5", 3, "composition", [](Hdf5File& file) {
    file.write("/text", Texts{"H", "O"});
    file.write("/classes/gap", Texts{"small", "large"});
    write_rows(file, {"H", "O"}, {"H", "O"});
  });
  BOOST_CHECK_EXCEPTION(read_index(folder / "d.h5"), DamagedFileError, says("'/targets/gap'", "class without a name"));
}

BOOST_AUTO_TEST_CASE(damaged_molecules_say_so) {
  const TemporaryFolder folder;
  const auto write = [&](const Texts& selfies) {
    write_raw(folder / "m.h5", 3, "molecule", [&](Hdf5File& file) {
      file.write("/smiles", Texts{"C", "CC"});
      file.write("/selfies", selfies);
    });
  };
  write({"[C]", "[C][C]"});
  BOOST_CHECK_EXCEPTION(read_index(folder / "m.h5"), DamagedFileError, says("damaged", "/tokens/characters"));
  write({"[C]"});
  BOOST_CHECK_EXCEPTION(read_index(folder / "m.h5"), DamagedFileError, says("'/selfies' has another size"));
}

BOOST_AUTO_TEST_CASE(inconsistent_data_sets_are_not_written) {
  const TemporaryFolder folder;
  Dataset dataset = small();
  dataset.index.lines.pop_back();
  BOOST_CHECK_THROW(write_dataset(folder / "d.h5", dataset), Error);
  BOOST_TEST(!std::filesystem::exists(folder / "d.h5"));
  Dataset without_selfies = molecules();
  without_selfies.index.notations["selfies"].pop_back();
  BOOST_CHECK_THROW(write_dataset(folder / "m.h5", without_selfies), Error);
  Dataset without_tokens = molecules();
  without_tokens.index.token_lists.clear();
  BOOST_CHECK_THROW(write_dataset(folder / "m.h5", without_tokens), Error);
}

BOOST_AUTO_TEST_SUITE_END()
