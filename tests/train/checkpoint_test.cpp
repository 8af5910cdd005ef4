#include "train/checkpoint.h"

#include <boost/test/unit_test.hpp>

#include "data/hdf5.h"
#include "data/hdf5_handle.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::train;
using test::says;
using test::TemporaryFolder;

namespace {

Checkpoint example() {
  return read_checkpoint(std::filesystem::path(EPITAXY_TEST_DIR) / "fixtures" / "previous_version" / "checkpoint.h5");
}

/// Puts an array of `rows` texts in the place of another array.
void replace_array(const std::filesystem::path& path, const char* array, hsize_t rows) {
  const data::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
  H5Ldelete(file, array, H5P_DEFAULT);
  const data::Handle space(H5Screate_simple(1, &rows, nullptr), H5Sclose);
  const data::Handle texts = data::text_type();
  const data::Handle made(H5Dcreate2(file, array, texts, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
  BOOST_REQUIRE(made >= 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checkpoint_test)

BOOST_AUTO_TEST_CASE(moments_of_another_size_than_the_weights_are_damage) {
  const TemporaryFolder folder;
  Checkpoint checkpoint = example();
  BOOST_REQUIRE(!checkpoint.optimizer.empty());
  checkpoint.optimizer.begin()->second = linalg::Buffer<float>(3);
  write_checkpoint(folder.path(), checkpoint);
  BOOST_CHECK_EXCEPTION(read_checkpoint(folder / "checkpoint.h5"), data::DamagedFileError,
                        says("/optimizer/", "one for each weight"));
}

BOOST_AUTO_TEST_CASE(a_data_set_without_a_fingerprint_is_damage) {
  const TemporaryFolder folder;
  write_checkpoint(folder.path(), example());
  replace_array(folder / "checkpoint.h5", "/data/fingerprints", 0);
  BOOST_CHECK_EXCEPTION(read_checkpoint(folder / "checkpoint.h5"), data::DamagedFileError,
                        says("it names 1 data sets, but has 0 fingerprints"));
}

BOOST_AUTO_TEST_SUITE_END()
