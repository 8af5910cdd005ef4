#include "latent/latent_points.h"

#include <boost/test/unit_test.hpp>

#include "data/hdf5.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::latent;
using test::says;
using test::TemporaryFolder;

BOOST_AUTO_TEST_SUITE(latent_points_test)

BOOST_AUTO_TEST_CASE(variances_of_another_shape_than_the_means_are_refused) {
  const TemporaryFolder folder;
  const auto path = folder / "latent.h5";
  data::Hdf5File file(path, data::Hdf5File::Mode::create);
  file.write("/mean", std::vector<float>{1, 2, 3, 4}, 2);
  file.write("/log_variance", std::vector<float>{1, 2, 3, 4, 5, 6}, 3);
  file.close();
  BOOST_CHECK_EXCEPTION(read_latent_file(path), InputError,
                        says("'/log_variance' has the shape 2x3, but by '/mean' it should have 2x2"));
}

BOOST_AUTO_TEST_SUITE_END()
