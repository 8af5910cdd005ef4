#include "transfer/statistics.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/random.h"

using namespace epitaxy;
using namespace epitaxy::transfer;

namespace {

using Numbers = std::vector<double>;

/// Is the mean of numbers the mean of five folds' models, on rows with normal noise, covered as often as it should be?
double share_covered(double coverage) {
  RandomStream random(5, Purpose::synthetic);
  constexpr int kTrials = 400;
  constexpr int kRows = 100;
  constexpr int kFolds = 5;
  int covered = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    Numbers labels;
    for (int i = 0; i < kRows; ++i) {
      labels.push_back(random.normal());
    }
    Numbers predictions(kFolds, 0);  // of fold k: the mean of the others' labels
    std::vector<int> folds;
    for (int i = 0; i < kRows; ++i) {
      folds.push_back(i % kFolds);
      for (int k = 0; k < kFolds; ++k) {
        predictions[static_cast<std::size_t>(k)] += k == folds.back() ? 0 : labels[static_cast<std::size_t>(i)] / 80;
      }
    }
    Numbers residuals;
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

BOOST_AUTO_TEST_SUITE(statistics)

BOOST_AUTO_TEST_CASE(interval_by_hand) {
  // Nine rows in three folds; the models of the folds say 10, 11, 12.
  const Numbers residuals{1, 2, 3, 1, 2, 3, 1, 2, 3};
  const std::vector<int> folds{0, 0, 0, 1, 1, 1, 2, 2, 2};
  const Numbers predictions{10, 11, 12};
  // Upper ends: 11 12 13 12 13 14 13 14 15; the 8th of 9 (0.8 x 10) is 14. Lower ends: 9 8 7 10 9 8 11 10 9; the
  // 2nd: 8.
  const Interval interval = cv_plus_interval(residuals, folds, predictions, 0.8);
  BOOST_TEST(interval.high == 14);
  BOOST_TEST(interval.low == 8);
  const Interval all = cv_plus_interval(residuals, folds, predictions, 0.9);
  BOOST_TEST(all.high == 15);
  BOOST_TEST(all.low == 7);
}

BOOST_AUTO_TEST_CASE(few_rows_promise_nothing) {
  const Interval interval = cv_plus_interval(Numbers{1, 2}, std::vector<int>{0, 1}, Numbers{0, 0}, 0.9);
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
  const Numbers differences{2 - std::sqrt(1.5), 2, 2, 2 + std::sqrt(1.5)};
  const PairedTest plain = paired_t_test(differences);
  BOOST_TEST(plain.mean == 2, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(plain.p == 0.02801, boost::test_tools::tolerance(1e-3));
  // With a test share of 3/4: t = 2 / 1 = 2, p = 0.13933.
  BOOST_TEST(resampled_t_test(differences, 0.75).p == 0.13933, boost::test_tools::tolerance(1e-3));
}

BOOST_AUTO_TEST_CASE(degenerate_paired_tests) {
  BOOST_TEST(paired_t_test(Numbers{0, 0, 0}).p == 1);
  BOOST_TEST(paired_t_test(Numbers{1, 1, 1}).p == 0);
  BOOST_TEST(std::isnan(paired_t_test(Numbers{1}).p));
}

BOOST_AUTO_TEST_SUITE_END()
