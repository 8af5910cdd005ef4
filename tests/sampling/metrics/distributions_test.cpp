#include "sampling/metrics/distributions.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

using namespace epitaxy::sampling;
using Values = std::vector<double>;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const auto kClose = boost::test_tools::tolerance(1e-12);

}  // namespace

BOOST_AUTO_TEST_SUITE(distributions_test)

BOOST_AUTO_TEST_CASE(wasserstein_distance_is_how_far_values_must_be_moved) {
  BOOST_TEST(wasserstein_distance({3, 1, 2}, {1, 2, 3}) == 0.0);
  BOOST_TEST(wasserstein_distance({0, 1}, {5, 6}) == 5.0, kClose);
  // Of {0, 0, 3} two thirds stay, and one third moves by 3 to meet {0}.
  BOOST_TEST(wasserstein_distance({0, 0, 3}, {0}) == 1.0, kClose);
  // Different sizes: {0, 2} against {1}: each half moves by 1.
  BOOST_TEST(wasserstein_distance({1}, {2, 0}) == 1.0, kClose);
  // Halves of {0, 1} against thirds of {0, 1, 2}: cumulative 1/2 - 1/3 over [0, 1], 1 - 2/3 over [1, 2].
  BOOST_TEST(wasserstein_distance({0, 1}, {0, 1, 2}) == 1.0 / 6 + 1.0 / 3, kClose);
  BOOST_TEST(std::isnan(wasserstein_distance({}, {1})));
}

BOOST_AUTO_TEST_CASE(equal_values_share_their_rank) {
  BOOST_TEST(mean_ranks(Values{10, 30, 20, 30}) == (Values{1, 3.5, 2, 3.5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(rank_correlation_sees_order_alone) {
  BOOST_TEST(rank_correlation(Values{1, 2, 3}, Values{1, 10, 1000}) == 1.0, kClose);
  BOOST_TEST(rank_correlation(Values{1, 2, 3}, Values{5, 4, -1}) == -1.0, kClose);
  // Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: deviations multiply to 4.5, their squares add up to 4.5 and 5.
  BOOST_TEST(rank_correlation(Values{0, 5, 5, 9}, Values{1, 3, 2, 4}) == 4.5 / std::sqrt(4.5 * 5), kClose);
  BOOST_TEST(std::isnan(rank_correlation(Values{1, 1}, Values{1, 2})));
}

BOOST_AUTO_TEST_CASE(an_estimate_is_mean_and_standard_error) {
  // Deviations -1, 0, 1: variance 1 with two degrees of freedom, error 1 / sqrt(3).
  const Estimate three = estimate(Values{2, kNone, 3, 4});
  BOOST_TEST(three.mean == 3.0, kClose);
  BOOST_TEST(three.error == 1 / std::sqrt(3.0), kClose);
  const Estimate one = estimate(Values{2});
  BOOST_TEST(one.mean == 2.0);
  BOOST_TEST(std::isnan(one.error));
  BOOST_TEST(std::isnan(estimate(Values{kNone}).mean));
}

BOOST_AUTO_TEST_SUITE_END()
