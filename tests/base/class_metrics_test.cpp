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

BOOST_AUTO_TEST_SUITE_END()
