#include "train/metrics.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"

using namespace epitaxy;
using namespace epitaxy::train;
using Values = std::vector<double>;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics_test)

// Errors 1, -1, 0, 2: mean absolute error 4/4, squares 6; the truth spreads 1, 2, 3, 6 around 3: squares 14.
BOOST_AUTO_TEST_CASE(metrics_by_hand) {
  const RegressionMetrics m = regression_metrics(Values{1, 2, 3, 6}, Values{2, 1, 3, 8});
  BOOST_TEST(m.count == 4u);
  BOOST_TEST(m.mae == 1.0);
  BOOST_TEST(m.rmse == std::sqrt(1.5), boost::test_tools::tolerance(1e-14));
  BOOST_TEST(m.r2 == 1 - 6.0 / 14.0, boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(pairs_with_a_missing_value_do_not_count) {
  const RegressionMetrics m = regression_metrics(Values{1, kNone, 2, 3, 50, 6}, Values{2, 7, 1, 3, kNone, 8});
  BOOST_TEST(m.count == 4u);
  BOOST_TEST(m.mae == 1.0);
  BOOST_TEST(m.r2 == 1 - 6.0 / 14.0, boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(a_perfect_prediction_and_the_mean_have_r2_of_one_and_zero) {
  const Values truth{1, 2, 3};
  BOOST_TEST(regression_metrics(truth, truth).r2 == 1.0);
  BOOST_TEST(regression_metrics(truth, truth).mae == 0.0);
  BOOST_TEST(regression_metrics(truth, Values{2, 2, 2}).r2 == 0.0);
  BOOST_TEST(regression_metrics(truth, Values{3, 2, 1}).r2 == -3.0);
}

// The mean of three times 0.1 is not 0.1 in float64: rounding must not pass for a spread.
BOOST_AUTO_TEST_CASE(a_constant_truth_has_no_r2) {
  for (const double value : {0.1, 4.0, -1e6 / 3}) {
    const RegressionMetrics m = regression_metrics(Values(3, value), Values{1, 2, 3});
    BOOST_TEST(std::isnan(m.r2));
    BOOST_TEST(m.mae > 0.0);
  }
  BOOST_TEST(std::isnan(regression_metrics(Values{1}, Values{2}).r2));
  BOOST_TEST(regression_metrics(Values{1}, Values{2}).mae == 1.0);
}

BOOST_AUTO_TEST_CASE(no_pairs_give_no_metrics) {
  for (const Values& truth : {Values{}, Values{kNone, kNone}}) {
    const RegressionMetrics m = regression_metrics(truth, Values(truth.size(), 1.0));
    BOOST_TEST(m.count == 0u);
    BOOST_TEST(std::isnan(m.mae));
    BOOST_TEST(std::isnan(m.rmse));
    BOOST_TEST(std::isnan(m.r2));
  }
}

BOOST_AUTO_TEST_CASE(columns_of_different_lengths_are_an_error) {
  BOOST_CHECK_THROW(regression_metrics(Values{1, 2}, Values{1}), Error);
}

BOOST_AUTO_TEST_CASE(the_spread_is_that_of_a_sample) {
  BOOST_TEST(spread(Values{2, 4, 4, 4, 5, 5, 7, 9}).mean == 5.0);
  BOOST_TEST(spread(Values{2, 4, 4, 4, 5, 5, 7, 9}).deviation == std::sqrt(32.0 / 7),
             boost::test_tools::tolerance(1e-14));
  BOOST_TEST(spread(Values{3}).mean == 3.0);
  BOOST_TEST(std::isnan(spread(Values{3}).deviation));
  BOOST_TEST(spread(Values{}).mean == 0.0);
}

BOOST_AUTO_TEST_SUITE_END()
