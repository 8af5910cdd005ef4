#include "models/model_file.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/temporary_folder.h"
#include "models/dense_net/dense_settings.h"
#include "models/kinds.h"
#include "numbers.h"

using namespace epitaxy;
using namespace epitaxy::models;
namespace fs = std::filesystem;

namespace {

ModelFile small_model(std::size_t members) {
  ModelFile file;
  file.description = describe(composition_net(), DenseSettings{.widths = {5, 3}});
  file.description.features = {"H", "O", "Fe"};
  file.description.seen = {1, 2, 3};
  file.description.heads = {{"dft", "formation_energy", "eV/atom", {-0.1, 0.3}}};
  file.provenance = {{"software", "tests"}, {"host", "here"}};
  const auto model = make_model(file.description);
  for (std::size_t i = 0; i < members; ++i) {
    auto& weights = file.members.emplace_back(model->layout().size());
    model->layout().initialize(weights.data(), i + 1);
  }
  return file;
}

std::string hash_in(const fs::path& path) {
  return data::Hdf5File(path, data::Hdf5File::Mode::read).text_attribute("/", "hash");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(model_file_test)

BOOST_AUTO_TEST_CASE(a_model_comes_back_in_the_same_bits) {
  const test::TemporaryFolder folder;
  for (const std::size_t members : {1, 3}) {
    const ModelFile written = small_model(members);
    write_model(folder / "model.h5", written);
    const ModelFile read = read_model(folder / "model.h5");
    BOOST_TEST(read.description.to_json() == written.description.to_json());
    BOOST_REQUIRE(read.members.size() == members);
    for (std::size_t i = 0; i < members; ++i) {
      BOOST_REQUIRE(read.members[i].size() == written.members[i].size());
      BOOST_TEST(test::same_bits(read.members[i].data(), written.members[i].data(), read.members[i].size()));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_model_file_names_its_parameters_and_its_origin) {
  const test::TemporaryFolder folder;
  write_model(folder / "model.h5", small_model(1));
  const data::Hdf5File file(folder / "model.h5", data::Hdf5File::Mode::read);
  const std::vector<std::string> names{"body.00.weight", "body.00.bias",    "body.01.weight",
                                       "body.01.bias",   "head.dft.weight", "head.dft.bias"};
  BOOST_TEST(file.read<std::string>("/model/parameter_names") == names, boost::test_tools::per_element());
  const std::vector<std::string> shapes{"3x5", "5", "5x3", "3", "3", "1"};
  BOOST_TEST(file.read<std::string>("/model/parameter_shapes") == shapes, boost::test_tools::per_element());
  const std::vector<std::int64_t> offsets{0, 16, 32, 48, 64, 80};
  BOOST_TEST(file.read<std::int64_t>("/model/parameter_offsets") == offsets, boost::test_tools::per_element());
  BOOST_TEST(file.text_attribute("/model", "provenance_software") == "tests");
  BOOST_TEST(file.text_attribute("/", "format") == "epitaxy model");
}

BOOST_AUTO_TEST_CASE(the_hash_is_that_of_the_content_and_not_of_its_origin) {
  const test::TemporaryFolder folder;
  ModelFile model = small_model(2);
  const auto hash_of = [&](const ModelFile& m) {
    write_model(folder / "model.h5", m);
    return hash_in(folder / "model.h5");
  };
  const std::string hash = hash_of(model);
  model.provenance["host"] = "elsewhere";
  BOOST_TEST(hash_of(model) == hash);
  model.members[1][7] += 1e-3f;
  BOOST_TEST(hash_of(model) != hash);
  model = small_model(2);
  model.description.heads[0].standardizer.mean = 0;
  BOOST_TEST(hash_of(model) != hash);
  BOOST_TEST(hash_of(small_model(1)) != hash);
}

BOOST_AUTO_TEST_CASE(a_missing_file_and_one_without_a_model_are_input_errors) {
  const test::TemporaryFolder folder;
  BOOST_CHECK_EXCEPTION(read_model(folder / "none.h5"), InputError, test::says("none.h5"));
  BOOST_CHECK_THROW(read_model(folder.write("text.h5", "not HDF5")), InputError);
  data::Hdf5File other(folder / "other.h5", data::Hdf5File::Mode::create);
  other.write("/numbers", std::vector<double>{1, 2});
  other.write_attribute("/", "format", std::string("epitaxy dataset"));
  other.close();
  BOOST_CHECK_EXCEPTION(read_model(folder / "other.h5"), InputError,
                        test::says("other.h5", "holds no model", "'epitaxy dataset'"));
}

BOOST_AUTO_TEST_CASE(weights_that_are_no_numbers_are_damage) {
  const test::TemporaryFolder folder;
  for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    ModelFile model = small_model(2);
    model.members[1].data()[4] = wrong;
    write_model(folder / "odd.h5", model);
    BOOST_CHECK_EXCEPTION(read_model(folder / "odd.h5"), data::DamagedFileError,
                          test::says("odd.h5 is damaged", "no finite numbers"));
  }
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_in_the_weights_is_found) {
  const test::TemporaryFolder folder;
  const ModelFile model = small_model(1);
  write_model(folder / "model.h5", model);
  std::string bytes = test::read_file(folder / "model.h5");
  const std::string needle(reinterpret_cast<const char*>(model.members[0].data()), 15 * sizeof(float));
  const auto place = bytes.find(needle);
  BOOST_REQUIRE(place != std::string::npos);
  bytes[place + 9] = static_cast<char>(bytes[place + 9] ^ 1);
  folder.write("flipped.h5", bytes);
  BOOST_CHECK_EXCEPTION(read_model(folder / "flipped.h5"), data::DamagedFileError, test::says("flipped.h5", "damaged"));
}

/// Of what the hash of the file does not cover, and of checkpoints, whose model is read by itself.
BOOST_AUTO_TEST_CASE(a_changed_model_group_is_found) {
  const test::TemporaryFolder folder;
  ModelFile model = small_model(1);
  model.trained_on = data::KnownGroups(std::vector<std::uint64_t>{0x1122334455667788ULL, 0x7722334455667788ULL});
  write_model(folder / "model.h5", model);
  const std::string bytes = test::read_file(folder / "model.h5");
  const std::uint64_t first = model.trained_on.hashes().front();
  const auto place = bytes.find(std::string(reinterpret_cast<const char*>(&first), sizeof(first)));
  BOOST_REQUIRE(place != std::string::npos);
  std::string changed = bytes;
  changed[place] = static_cast<char>(changed[place] ^ 1);
  folder.write("changed.h5", changed);
  BOOST_CHECK_EXCEPTION(read_model(folder / "changed.h5"), data::DamagedFileError, test::says("changed.h5", "damaged"));
  {
    data::Hdf5File file(folder / "group.h5", data::Hdf5File::Mode::create);
    write_model_group(file, model.description, {model.members[0].data()}, model.trained_on);
    file.write_attribute("/model", "hash", std::string("0"));
    file.close();
  }
  BOOST_CHECK_EXCEPTION(read_model(folder / "group.h5"), data::DamagedFileError,
                        test::says("group.h5", "its content does not fit its checksum"));
}

BOOST_AUTO_TEST_CASE(a_file_cut_anywhere_is_an_input_error) {
  const test::TemporaryFolder folder;
  write_model(folder / "model.h5", small_model(1));
  const std::string bytes = test::read_file(folder / "model.h5");
  for (const std::size_t percent : {0, 1, 10, 50, 90, 99}) {
    folder.write("cut.h5", std::string_view(bytes).substr(0, bytes.size() * percent / 100));
    BOOST_CHECK_EXCEPTION(read_model(folder / "cut.h5"), InputError, test::says("cut.h5"));
  }
}

BOOST_AUTO_TEST_CASE(weights_of_another_size_are_damage) {
  const test::TemporaryFolder folder;
  const ModelFile model = small_model(1);
  data::Hdf5File file(folder / "odd.h5", data::Hdf5File::Mode::create);
  file.write("/model/weights/0000", std::vector<float>(7));
  file.write_attribute("/model", "description", model.description.to_json());
  file.write_attribute("/model", "members", std::int64_t{1});
  file.close();
  BOOST_CHECK_EXCEPTION(read_model(folder / "odd.h5"), data::DamagedFileError, test::says("7 weights"));
}

BOOST_AUTO_TEST_CASE(parameters_that_do_not_fit_the_model_are_damage) {
  const test::TemporaryFolder folder;
  const ModelFile model = small_model(1);
  const auto refused = [&](const char* what, const auto& change) {
    std::vector<std::string> names{"body.00.weight", "body.00.bias",    "body.01.weight",
                                   "body.01.bias",   "head.dft.weight", "head.dft.bias"};
    std::vector<std::string> shapes{"3x5", "5", "5x3", "3", "3", "1"};
    std::vector<std::int64_t> offsets{0, 16, 32, 48, 64, 80};
    std::int64_t members = 1;
    change(names, shapes, offsets, members);
    data::Hdf5File file(folder / "odd.h5", data::Hdf5File::Mode::create);
    file.write("/model/weights/0000", model.members[0].data(), model.members[0].size());
    file.write("/model/parameter_names", names);
    file.write("/model/parameter_shapes", shapes);
    file.write("/model/parameter_offsets", offsets);
    file.write_attribute("/model", "description", model.description.to_json());
    file.write_attribute("/model", "members", members);
    file.close();
    BOOST_CHECK_EXCEPTION(read_model(folder / "odd.h5"), data::DamagedFileError, test::says("odd.h5 is damaged", what));
  };
  refused("'/model/parameter_names' should tell of the 6 parameters",
          [](auto& names, auto&, auto&, auto&) { names.resize(3); });
  refused("'body.00.bias' [5] at 16 where its model has 'body.00.weight' [3x5] at 0",
          [](auto& names, auto& shapes, auto& offsets, auto&) {
            std::swap(names[0], names[1]);
            std::swap(shapes[0], shapes[1]);
            std::swap(offsets[0], offsets[1]);
          });
  refused("'body.01.weight' [3x5] at 32", [](auto&, auto& shapes, auto&, auto&) { shapes[2] = "3x5"; });
  refused("at 81", [](auto&, auto&, auto& offsets, auto&) { offsets[5] = 81; });
  refused("weights of 1 members where it should have 2", [](auto&, auto&, auto&, auto& members) { members = 2; });
  refused("it holds no weights", [](auto&, auto&, auto&, auto& members) { members = -1; });
}

BOOST_AUTO_TEST_CASE(descriptions_of_absurd_sizes_are_refused_before_anything_is_made) {
  const test::TemporaryFolder folder;
  const ModelFile model = small_model(1);
  const std::string good = model.description.to_json();
  const auto refused = [&](const std::string& old, const std::string& now, const char* what) {
    std::string description = good;
    const auto place = description.find(old);
    BOOST_REQUIRE(place != std::string::npos);
    description.replace(place, old.size(), now);
    data::Hdf5File file(folder / "odd.h5", data::Hdf5File::Mode::create);
    file.write("/model/weights/0000", model.members[0].data(), model.members[0].size());
    file.write_attribute("/model", "description", description);
    file.write_attribute("/model", "members", std::int64_t{1});
    file.close();
    BOOST_TEST_CONTEXT(what) {
      BOOST_CHECK_EXCEPTION(read_model(folder / "odd.h5"), InputError, test::says("odd.h5", what));
    }
  };
  const std::string widths = R"("widths":[5,3])";
  refused(widths, R"("widths":[1000000000,3])", "'widths.0' is 1000000000");
  refused(widths, R"("widths":[-5,3])", "'widths.0' is -5");
  refused(widths, R"("widths":[16000000,16000000,16000000])", "have more than");
  refused(widths, R"("widths":[16000000,3])", "96 weights where its model has");
  refused(widths, R"("widths":[])", "0 hidden layers");
  refused(R"("seen":[1,2,3])", R"("seen":[1,2])", "3 features, but counts of 2");
  refused(R"("features":["H","O","Fe"])", R"("features":["H","O"])", "2 features, but counts of 3");
  refused(R"("scale":0.3)", R"("scale":0.0)", "head 'dft'");
  refused(R"("mean":-0.1)", R"("mean":null)", "not readable");
}

BOOST_AUTO_TEST_CASE(a_failed_write_leaves_the_old_file) {
  const test::TemporaryFolder folder;
  write_model(folder / "model.h5", small_model(1));
  const std::string hash = hash_in(folder / "model.h5");
  ModelFile broken = small_model(1);
  broken.description = describe(molecule_vae());  // without tokens
  BOOST_CHECK_THROW(write_model(folder / "model.h5", broken), InputError);
  BOOST_TEST(hash_in(folder / "model.h5") == hash);
  BOOST_TEST(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

BOOST_AUTO_TEST_CASE(provenance_says_who_wrote_a_file) {
  const auto origin = provenance();
  BOOST_TEST(origin.at("software").starts_with("epitaxy "));
  BOOST_TEST(origin.at("written").size() == std::string("2024-01-01T00:00:00Z").size());
  BOOST_TEST(origin.contains("commit"));
  BOOST_TEST(origin.contains("host"));
}

BOOST_AUTO_TEST_SUITE_END()
