#include "base/statistics.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"

using namespace epitaxy::statistics;
using Values = std::vector<double>;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const auto kClose = boost::test_tools::tolerance(1e-12);

}  // namespace

BOOST_AUTO_TEST_SUITE(statistics_test)

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

BOOST_AUTO_TEST_CASE(the_spread_is_that_of_a_sample) {
  BOOST_TEST(spread(Values{2, 4, 4, 4, 5, 5, 7, 9}).mean == 5.0);
  BOOST_TEST(spread(Values{2, 4, 4, 4, 5, 5, 7, 9}).deviation == std::sqrt(32.0 / 7),
             boost::test_tools::tolerance(1e-14));
  BOOST_TEST(spread(Values{3}).mean == 3.0);
  BOOST_TEST(std::isnan(spread(Values{3}).deviation));
  BOOST_TEST(spread(Values{}).mean == 0.0);
}

BOOST_AUTO_TEST_CASE(of_no_values_there_is_no_mean) {
  BOOST_TEST(mean(Values{1, 2, 6}) == 3.0, kClose);
  BOOST_TEST(std::isnan(mean(Values{})));
}

BOOST_AUTO_TEST_CASE(a_range_is_of_the_values_that_are_there) {
  const Range some = range(Values{3, kNone, -1, 4});
  BOOST_TEST(some.count == 3u);
  BOOST_TEST(some.low == -1.0);
  BOOST_TEST(some.mean == 2.0);
  BOOST_TEST(some.high == 4.0);
  BOOST_TEST(range(Values{kNone}).count == 0u);
  BOOST_TEST(std::isnan(range(Values{}).mean));
}

BOOST_AUTO_TEST_CASE(the_median_of_an_even_number_is_the_upper_one_of_the_middle) {
  BOOST_TEST(upper_median({5, 1, 3}) == 3.0);
  BOOST_TEST(upper_median({5, 1, 3, 4}) == 4.0);
  BOOST_CHECK_THROW(upper_median({}), epitaxy::Error);
}

BOOST_AUTO_TEST_CASE(ordinal_ranks_keep_the_order_of_equal_values) {
  BOOST_TEST(ordinal_ranks(Values{10, 30, 20, 30}) == (Values{0, 2, 1, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(correlation_by_hand) {
  BOOST_TEST(correlation(Values{1, 2, 3}, Values{10, 20, 30}) == 1.0, kClose);
  // Deviations -1, 0, 1 against 0, 1, -1 (around 2): products add up to -1, squares to 2 and 2.
  BOOST_TEST(correlation(Values{1, 2, 3}, Values{2, 3, 1}) == -0.5, kClose);
  BOOST_CHECK_THROW(correlation(Values{1, 2}, Values{1}), epitaxy::Error);
}

BOOST_AUTO_TEST_CASE(a_straight_line_has_the_smallest_squares_and_is_the_mean_where_x_is_missing) {
  const auto line = StraightLine::fit(Values{1, 2, kNone, 4}, Values{3, 5, 100, 9});
  BOOST_TEST(line.at(3) == 7.0, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(line.at(kNone) == 29.25);
  const auto constant = StraightLine::fit(Values{2, 2}, Values{1, 3});
  BOOST_TEST(constant.at(7) == 2.0);
  BOOST_TEST(StraightLine::fit(Values{kNone, kNone}, Values{1, 3}).at(0) == 2.0);
}

// Abramowitz and Stegun, tables 26.2 and 26.6; the tails are those of Mathematica's InverseErfc.
BOOST_AUTO_TEST_CASE(normal_quantiles_are_those_of_tables_and_accurate_in_the_tails) {
  const auto close = boost::test_tools::tolerance(1e-12);
  BOOST_TEST(normal_quantile(0.5) == 0.0);
  BOOST_TEST(normal_quantile(0.975) == 1.959963984540054, close);
  BOOST_TEST(normal_quantile(0.01) == -2.326347874040841, close);
  BOOST_TEST(normal_below(-1.959963984540054) == 0.025, close);
  BOOST_TEST(normal_below(0) == 0.5);
  BOOST_TEST(normal_below(-6) == 9.865876450376982e-10, close);
  for (const double x : {-30.0, -12.0, -6.2, -3.0, -0.5, 0.1, 2.0, 6.2}) {
    const double tolerance = x < 0 ? 1e-12 : 1e-16 / normal_below(-x);
    BOOST_TEST(std::abs(normal_quantile(normal_below(x)) - x) < 40 * tolerance + 1e-12);
  }
  BOOST_TEST(normal_quantile(0x1p-33) == -normal_quantile(1 - 0x1p-33));
}

BOOST_AUTO_TEST_SUITE_END()
