#include "transfer/way.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::transfer;

namespace {

using Numbers = std::vector<double>;

}  // namespace

BOOST_AUTO_TEST_SUITE(way)

BOOST_AUTO_TEST_CASE(the_line_is_the_least_squares_line) {
  // Through (0, 1), (1, 3), (2, 4), (3, 8): slope 2.2, offset 0.7.
  const auto line = FittedBaseline::fit(Baseline::line, Numbers{0, 1, 2, 3}, 1, Numbers{1, 3, 4, 8});
  BOOST_TEST(line.slopes[0] == 2.2, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(line.offset == 0.7, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(line.at(Numbers{10}) == 22.7, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(two_cheap_columns_make_a_plane) {
  const Numbers cheap{0, 0, 1, 0, 0, 1, 1, 1};
  const auto plane = FittedBaseline::fit(Baseline::line, cheap, 2, Numbers{1, 3, 0, 2});
  BOOST_TEST(plane.slopes[0] == 2, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(plane.slopes[1] == -1, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(plane.at(Numbers{2, 3}) == 2, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_constant_cheap_value_says_nothing) {
  const auto line = FittedBaseline::fit(Baseline::line, Numbers{5, 5, 5}, 1, Numbers{1, 2, 6});
  BOOST_TEST(line.slopes[0] == 0);
  BOOST_TEST(line.at(Numbers{5}) == 3, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(other_baselines_are_not_fitted) {
  const Numbers cheap{1, 7, 2, 8};
  BOOST_TEST(FittedBaseline::fit(Baseline::cheap, cheap, 2, Numbers{3, 4}).at(Numbers{9, 1}) == 9);
  BOOST_TEST(FittedBaseline::fit(Baseline::none, cheap, 2, Numbers{3, 4}).at(Numbers{9, 1}) == 0);
}

BOOST_AUTO_TEST_CASE(ways_have_names) {
  BOOST_TEST(find_way("stacking").reads_cheap);
  BOOST_TEST(!find_way("difference").reads_cheap);
  BOOST_TEST(!find_way("cheap_linear").learns);
  BOOST_CHECK_THROW(find_way("magic"), InputError);
}

BOOST_AUTO_TEST_CASE(a_baseline_comes_back_from_a_file) {
  test::TemporaryFolder folder;
  {
    data::Hdf5File file(folder / "x.h5", data::Hdf5File::Mode::create);
    FittedBaseline{0.1, {2, -3}}.write(file, "/line");
    file.close();
  }
  const auto read = FittedBaseline::read(data::Hdf5File(folder / "x.h5", data::Hdf5File::Mode::read), "/line");
  BOOST_TEST(read.offset == 0.1);
  BOOST_TEST(read.slopes == (Numbers{2, -3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
