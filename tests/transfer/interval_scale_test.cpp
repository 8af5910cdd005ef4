#include "transfer/interval_scale.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "base/random.h"
#include "transfer/difference_result.h"

using namespace epitaxy;
using namespace epitaxy::transfer;

namespace {

/// Errors whose size follows the spread by `slope`.
struct Rows {
  std::vector<double> errors, spreads;
  std::vector<int> folds;

  Rows(std::size_t count, double offset, double slope) {
    RandomStream random(1, Purpose::synthetic);
    for (std::size_t i = 0; i < count; ++i) {
      spreads.push_back(random.uniform());
      errors.push_back(random.normal() * (offset + slope * spreads.back()));
      folds.push_back(static_cast<int>(i % 5));
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(interval_scale)

BOOST_AUTO_TEST_CASE(the_scale_is_the_line_through_absolute_errors) {
  const auto scale = IntervalScale::fit(std::vector<double>{1, -2, 3}, std::vector<double>{0, 1, 2});
  BOOST_TEST(scale.offset == 1, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(scale.slope == 1, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(scale.at(3) == 4, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(neither_number_of_the_line_is_below_zero) {
  const auto falling = IntervalScale::fit(std::vector<double>{3, 2, 1}, std::vector<double>{0, 1, 2});
  BOOST_TEST(falling.slope == 0);
  BOOST_TEST(falling.offset == 2, boost::test_tools::tolerance(1e-12));
  const auto steep = IntervalScale::fit(std::vector<double>{0, 0, 3}, std::vector<double>{1, 1, 2});
  BOOST_TEST(steep.offset == 0);
  BOOST_TEST(steep.slope == 0.75, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(steep.at(0) == 0.15, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(spreads_are_those_of_predictions_as_the_truth_cancels) {
  const std::vector<double> a{1, 5};
  const std::vector<double> b{3, 5};
  const std::vector<const std::vector<double>*> errors{&a, &b};
  const auto spreads = member_spreads(errors, std::vector<double>{0.5, 0.5});
  BOOST_TEST(spreads[0] == 1);
  BOOST_TEST(spreads[1] == 0);
}

BOOST_AUTO_TEST_CASE(a_scale_is_taken_only_where_it_narrows_intervals) {
  const Rows following(500, 0.1, 2);
  BOOST_TEST(choose_scale(following.errors, following.spreads, following.folds, 0.9).has_value());
  const Rows unrelated(500, 1, 0);
  BOOST_TEST(!choose_scale(unrelated.errors, unrelated.spreads, unrelated.folds, 0.9).has_value());
  const std::vector<double> none(500, 0);
  BOOST_TEST(!choose_scale(following.errors, none, following.folds, 0.9).has_value());
}

BOOST_AUTO_TEST_CASE(scaled_intervals_are_as_many_times_the_scale_wide) {
  WayPrediction p;
  p.value = {10, 20};
  p.inner = {10, 20, 10, 20};
  p.deviation = {1, 3};
  const IntervalScale scale{0, 1, 0};
  // Residuals in units of their scale: 1, 2, 3; the second of three holds half of (n + 1) = 4.
  add_intervals(p, {1, -4, 6}, {0, 1, 0}, 0.5, scale, {1, 2, 2});
  BOOST_TEST(p.low[0] == 8);
  BOOST_TEST(p.high[0] == 12);
  BOOST_TEST(p.low[1] == 14);
  BOOST_TEST(p.high[1] == 26);
}

BOOST_AUTO_TEST_CASE(a_row_s_own_fold_says_nothing_of_its_interval) {
  // Errors of the other fold: 1 2 3 and 10 20 30; the second of three holds half of (n + 1) = 4.
  const std::vector<double> errors{1, 10, -2, -20, 3, 30};
  const std::vector<double> spreads(6, 0);
  const auto halves = held_out_halves(errors, spreads, std::vector<int>{0, 1, 0, 1, 0, 1}, 0.5);
  BOOST_TEST(halves == (std::vector<double>{20, 2, 20, 2, 20, 2}), boost::test_tools::per_element());
  BOOST_TEST(std::isinf(held_out_halves(errors, spreads, std::vector<int>{0, 1, 0, 1, 0, 1}, 0.9)[0]));
}

BOOST_AUTO_TEST_CASE(held_out_intervals_follow_the_spread_where_errors_do) {
  const Rows following(1000, 0.1, 2);
  const auto halves = held_out_halves(following.errors, following.spreads, following.folds, 0.9);
  double covered = 0;
  std::vector<std::pair<double, bool>> rows;
  for (std::size_t i = 0; i < halves.size(); ++i) {
    const bool inside = std::abs(following.errors[i]) <= halves[i];
    covered += inside ? 1e-3 : 0;
    rows.emplace_back(following.spreads[i], inside);
  }
  BOOST_TEST(std::abs(covered - 0.9) < 0.03);  // the share's standard error: 0.01
  const auto [narrow, wide] = std::ranges::minmax(halves);
  BOOST_TEST(wide > 5 * narrow);
  for (const double share : covered_by_spread(rows)) {
    BOOST_TEST(std::abs(share - 0.9) < 0.1);
  }
  const Rows unrelated(500, 1, 0);
  const auto even = held_out_halves(unrelated.errors, unrelated.spreads, unrelated.folds, 0.9);
  BOOST_TEST(even[0] == even[5]);
}

BOOST_AUTO_TEST_CASE(quarters_are_by_spread) {
  const auto shares = covered_by_spread({{4, false}, {1, true}, {3, true}, {2, false}});
  BOOST_TEST(shares == (std::vector<double>{1, 0, 1, 0}), boost::test_tools::per_element());
  BOOST_TEST(covered_by_spread({{1, true}, {2, true}, {3, true}}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
