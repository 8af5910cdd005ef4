#include "base/class_metrics.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

using namespace epitaxy::statistics;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
const auto kClose = boost::test_tools::tolerance(1e-12);

}  // namespace

BOOST_AUTO_TEST_SUITE(class_metrics_test)

BOOST_AUTO_TEST_CASE(log_loss_and_accuracy_by_hand) {
  const std::vector<double> truth{0, 2, 1};
  const std::vector<double> probabilities{0.5, 0.25, 0.25, 0.25, 0.5, 0.25, 0.125, 0.75, 0.125};
  const auto m = class_metrics(truth, probabilities, 3);
  BOOST_TEST(m.count == 3u);
  BOOST_TEST(m.log_loss == (std::log(2) + std::log(4) - std::log(0.75)) / 3, kClose);
  BOOST_TEST(m.accuracy == 2.0 / 3, kClose);
}

BOOST_AUTO_TEST_CASE(rows_without_a_label_or_a_prediction_do_not_count) {
  const auto m = class_metrics(std::vector<double>{0, kNone, 1}, std::vector<double>{1, 0, 0.5, 0.5, kNone, kNone}, 2);
  BOOST_TEST(m.count == 1u);
  BOOST_TEST(m.log_loss == 0.0);
  BOOST_TEST(m.accuracy == 1.0);
  const auto none = class_metrics({}, {}, 2);
  BOOST_TEST(none.count == 0u);
  BOOST_TEST(std::isnan(none.log_loss));
  BOOST_TEST(std::isnan(none.accuracy));
}

BOOST_AUTO_TEST_CASE(a_class_that_was_ruled_out_costs_much_and_not_infinitely_much) {
  BOOST_TEST(class_metrics(std::vector<double>{1}, std::vector<double>{1, 0}, 2).log_loss == -std::log(1e-15), kClose);
}

BOOST_AUTO_TEST_CASE(of_equal_probabilities_the_first_class_is_meant) {
  const std::vector<double> half{0.5, 0.5};
  BOOST_TEST(class_metrics(std::vector<double>{0}, half, 2).accuracy == 1.0);
  BOOST_TEST(class_metrics(std::vector<double>{1}, half, 2).accuracy == 0.0);
}

// Of the four pairs of a one and a zero, two are in order, one is equal, one is not.
BOOST_AUTO_TEST_CASE(the_area_under_the_roc_counts_pairs_in_order) {
  const std::vector<double> truth{1, 0, 1, 0};
  BOOST_TEST(area_under_roc(truth, std::vector<double>{0.9, 0.1, 0.4, 0.4}) == 0.875, kClose);
  BOOST_TEST(area_under_roc(truth, std::vector<double>{0.6, 0.6, 0.2, 0.1}) == 0.625, kClose);
  BOOST_TEST(area_under_roc(truth, std::vector<double>{1, 0, 1, 0}) == 1.0, kClose);
  BOOST_TEST(std::isnan(area_under_roc(std::vector<double>{1, 1}, std::vector<double>{0.2, 0.3})));
  BOOST_TEST(area_under_roc(std::vector<double>{1, kNone, 0}, std::vector<double>{0.3, 0.9, 0.2}) == 1.0, kClose);
}

BOOST_AUTO_TEST_CASE(binary_metrics_by_hand) {
  // By falling probability: 1 0 1 0 0; precision at the ones: 1/1, 2/3.
  const std::vector<double> truth{0, 1, 0, 1, 0};
  const std::vector<double> probabilities{0.05, 0.95, 0.7, 0.55, 0.35};
  const auto m = binary_metrics(truth, probabilities, std::vector<double>(5, 0.5));
  BOOST_TEST(m.count == 5u);
  BOOST_TEST(m.roc_auc == 5.0 / 6, kClose);
  BOOST_TEST(m.average_precision == (1.0 + 2.0 / 3) / 2, kClose);
  BOOST_TEST(m.balanced_accuracy == (2.0 / 3 + 1) / 2, kClose);
  BOOST_TEST(m.mcc == (2.0 * 2 - 1 * 0) / std::sqrt(3.0 * 2 * 2 * 3), kClose);
  BOOST_TEST(m.brier == (0.0025 + 0.0025 + 0.49 + 0.2025 + 0.1225) / 5, kClose);
  BOOST_TEST(m.calibration_error == (0.05 + 0.05 + 0.7 + 0.45 + 0.35) / 5, kClose);  // each in a tenth of its own
}

BOOST_AUTO_TEST_CASE(binary_metrics_count_by_the_threshold_of_the_row) {
  const std::vector<double> truth{0, 0, 1};
  const std::vector<double> probabilities{0.2, 0.2, 0.2};
  const auto all_alike = binary_metrics(truth, probabilities, std::vector<double>(3, 0.5));
  BOOST_TEST(all_alike.balanced_accuracy == 0.5, kClose);
  BOOST_TEST(all_alike.mcc == 0);
  BOOST_TEST(all_alike.roc_auc == 0.5, kClose);
  BOOST_TEST(all_alike.average_precision == 1.0 / 3, kClose);  // equal scores are one step
  const auto apart = binary_metrics(truth, probabilities, std::vector<double>{0.5, 0.1, 0.1});
  BOOST_TEST(apart.balanced_accuracy == 0.75, kClose);
}

BOOST_AUTO_TEST_CASE(binary_metrics_that_do_not_exist_are_nan) {
  const auto one =
      binary_metrics(std::vector<double>{1, 1}, std::vector<double>{0.5, 1}, std::vector<double>{0.5, 0.5});
  BOOST_TEST(std::isnan(one.roc_auc));
  BOOST_TEST(std::isnan(one.balanced_accuracy));
  BOOST_TEST(std::isnan(one.mcc));
  BOOST_TEST(one.brier == 0.125, kClose);
  BOOST_TEST(std::isnan(binary_metrics({}, {}, {}).brier));
}

BOOST_AUTO_TEST_SUITE_END()
