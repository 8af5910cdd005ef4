#include "transfer/greedy.h"

#include <boost/test/unit_test.hpp>
#include <numeric>

#include "transfer/difference_case.h"

using namespace epitaxy;
using namespace epitaxy::transfer;

namespace {

std::vector<double> weights_of(const std::vector<std::vector<double>>& errors, int steps = 40) {
  std::vector<const std::vector<double>*> pointers;
  for (const auto& of : errors) {
    pointers.push_back(&of);
  }
  return greedy_weights(pointers, Loss::absolute, {}, steps);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(greedy)

BOOST_AUTO_TEST_CASE(errors_of_opposite_sign_cancel) {
  const auto weights = weights_of({{1, -1, 1, -1}, {-1, 1, -1, 1}, {5, 5, 5, 5}});
  BOOST_TEST(weights[0] == 0.5);
  BOOST_TEST(weights[1] == 0.5);
  BOOST_TEST(weights[2] == 0);
}

BOOST_AUTO_TEST_CASE(the_best_stands_alone_where_nothing_helps_it) {
  const auto weights = weights_of({{2, 2, 2}, {1, 1, 1}, {3, 3, 3}});
  BOOST_TEST(weights == (std::vector<double>{0, 1, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(weights_follow_the_sizes_of_the_errors) {
  // (1 - w) 3 = w 1 where the errors cancel: w = 0.75 of the better one.
  const auto weights = weights_of({{3, -3, 3}, {-1, 1, -1}});
  BOOST_TEST(weights[1] == 0.75, boost::test_tools::tolerance(0.03));
  BOOST_TEST(std::accumulate(weights.begin(), weights.end(), 0.0) == 1, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(rows_that_count_more_decide) {
  const std::vector<double> first{1, 5};
  const std::vector<double> second{3, 1};
  const std::vector<const std::vector<double>*> errors{&first, &second};
  BOOST_TEST(greedy_weights(errors, Loss::absolute, {1, 1})[1] == 1);
  BOOST_TEST(greedy_weights(errors, Loss::absolute, {9, 1})[0] == 1);
  BOOST_TEST(mean_loss({1, -5}, Loss::absolute, {9, 1}) == 1.4);
}

BOOST_AUTO_TEST_CASE(the_ensemble_of_a_part_is_chosen_by_its_inner_errors_alone) {
  DifferenceSettings settings;
  settings.learners = {{"a", {}}, {"b", {}}};
  settings.ways = {find_way("direct")};
  settings.coverage = 0.5;
  std::vector<DifferenceJob> jobs{{0, 0, 0, 0, 1, {}}, {1, 0, 0, 0, 1, {}}, {0, 0, 1, 0, 1, {}}, {1, 0, 1, 0, 1, {}}};
  const auto result = [](double value, std::vector<double> inner_errors) {
    DifferenceResult r;
    r.rows = {7};
    r.prediction.value = {value};
    r.prediction.inner = {value, value};
    r.inner_errors = std::move(inner_errors);
    r.inner_fold = {0, 0, 1, 1};
    return r;
  };
  std::vector<DifferenceResult> results{result(10, {1, 1, 1, 1}), result(20, {9, 9, 9, 9}), result(10, {9, 9, 9, 9}),
                                        result(20, {1, 1, 1, 1})};
  const auto weights = add_ensembles(settings, jobs, results);
  BOOST_TEST(jobs.size() == 6U);
  BOOST_TEST(weights.size() == 2U);
  BOOST_TEST(settings.learners[jobs[4].learner].name == kEnsemble);
  BOOST_TEST(results[4].prediction.value[0] == 10);
  BOOST_TEST(results[5].prediction.value[0] == 20);
  BOOST_TEST(results[5].prediction.low[0] == 19);
  BOOST_TEST(results[5].prediction.high[0] == 21);
}

BOOST_AUTO_TEST_SUITE_END()
