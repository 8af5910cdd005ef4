#include "base/regression_metrics.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "fixtures/fixture.h"

using namespace epitaxy;
using namespace epitaxy::statistics;
using Values = std::vector<double>;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Is the mean of numbers the mean of five folds' models, on rows with normal noise, covered as often as it should be?
double share_covered(double coverage) {
  RandomStream random(5, Purpose::synthetic);
  constexpr int kTrials = 400;
  constexpr int kRows = 100;
  constexpr int kFolds = 5;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    Values labels;
    for (int i = 0; i < kRows; ++i) {
      labels.push_back(random.normal());
    }
    Values predictions(kFolds, 0);  // of fold k: the mean of the others' labels
    std::vector<int> folds;
    for (int i = 0; i < kRows; ++i) {
      folds.push_back(i % kFolds);
      for (int k = 0; k < kFolds; ++k) {
        predictions[static_cast<std::size_t>(k)] += k == folds.back() ? 0 : labels[static_cast<std::size_t>(i)] / 80;
      }
    }
    Values residuals;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      residuals.push_back(std::abs(labels[i] - predictions[static_cast<std::size_t>(folds[i])]));
    }
    const Interval interval = cv_plus_interval(residuals, folds, predictions, coverage);
    const double fresh = random.normal();
    covered += fresh >= interval.low && fresh <= interval.high ? 1 : 0;
  }
  return static_cast<double>(covered) / kTrials;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(regression_metrics_test)

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

BOOST_AUTO_TEST_CASE(an_average_of_metrics_keeps_the_count_of_the_first) {
  const RegressionMetrics m = average(std::vector<RegressionMetrics>{{4, 1.0, 2.0, 0.5}, {4, 3.0, 4.0, 0.25}});
  BOOST_TEST(m.count == 4u);
  BOOST_TEST(m.mae == 2.0);
  BOOST_TEST(m.rmse == 3.0);
  BOOST_TEST(m.r2 == 0.375);
}

BOOST_AUTO_TEST_CASE(interval_by_hand) {
  // Nine rows in three folds; the models of the folds say 10, 11, 12.
  const Values residuals{1, 2, 3, 1, 2, 3, 1, 2, 3};
  const std::vector<int> folds{0, 0, 0, 1, 1, 1, 2, 2, 2};
  const Values predictions{10, 11, 12};
  // Upper ends: 11 12 13 12 13 14 13 14 15; the 8th of 9 (0.8 x 10) is 14. Lower ends: 9 8 7 10 9 8 11 10 9; the
  // 2nd: 8.
  const Interval interval = cv_plus_interval(residuals, folds, predictions, 0.8);
  BOOST_TEST(interval.high == 14);
  BOOST_TEST(interval.low == 8);
  const Interval all = cv_plus_interval(residuals, folds, predictions, 0.9);
  BOOST_TEST(all.high == 15);
  BOOST_TEST(all.low == 7);
}

// Both take the ceil(coverage (n + 1))-th of the n ends. Where that product is a whole number MAPIE's rounding may take
// the next one: here it never is, but for the half of the rows.
BOOST_AUTO_TEST_CASE(intervals_are_those_of_mapie, *boost::unit_test::tolerance(1e-9)) {
  for (const auto& item : test::fixture("mapie.json").at("cases")) {
    BOOST_TEST_CONTEXT(item.at("name")) {
      const auto residuals = item.at("residuals").get<Values>();
      const auto folds = item.at("folds").get<std::vector<int>>();
      const auto predictions = item.at("predictions").get<std::vector<Values>>();
      for (std::size_t row = 0; row < predictions.size(); ++row) {
        for (const auto& expected : item.at("intervals").at(row)) {
          const Interval own = cv_plus_interval(residuals, folds, predictions[row], expected.at("coverage"));
          BOOST_TEST(own.low == expected.at("low").get<double>());
          BOOST_TEST(own.high == expected.at("high").get<double>());
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(few_rows_promise_nothing) {
  const Interval interval = cv_plus_interval(Values{1, 2}, std::vector<int>{0, 1}, Values{0, 0}, 0.9);
  BOOST_TEST(std::isinf(interval.low));
  BOOST_TEST(std::isinf(interval.high));
}

BOOST_AUTO_TEST_CASE(intervals_cover_what_they_say) {
  // Standard errors of the shares: 0.015 and 0.025.
  BOOST_TEST(std::abs(share_covered(0.9) - 0.9) < 0.05);
  BOOST_TEST(std::abs(share_covered(0.5) - 0.5) < 0.08);
}

BOOST_AUTO_TEST_CASE(paired_tests_by_hand) {
  // Mean 2, standard deviation 1, n = 4: t = 2 / (1 / 2) = 4 with 3 degrees of freedom, p = 0.02801 (tables).
  const Values differences{2 - std::sqrt(1.5), 2, 2, 2 + std::sqrt(1.5)};
  const PairedTest plain = paired_t_test(differences);
  BOOST_TEST(plain.mean == 2, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(plain.p == 0.02801, boost::test_tools::tolerance(1e-3));
  // With a test share of 3/4: t = 2 / 1 = 2, p = 0.13933.
  BOOST_TEST(resampled_t_test(differences, 0.75).p == 0.13933, boost::test_tools::tolerance(1e-3));
}

BOOST_AUTO_TEST_CASE(degenerate_paired_tests) {
  BOOST_TEST(paired_t_test(Values{0, 0, 0}).p == 1);
  BOOST_TEST(paired_t_test(Values{1, 1, 1}).p == 0);
  BOOST_TEST(std::isnan(paired_t_test(Values{1}).p));
}

BOOST_AUTO_TEST_SUITE_END()
