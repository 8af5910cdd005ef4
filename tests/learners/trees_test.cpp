#include "learners/trees.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "learners/learner_case.h"

using namespace epitaxy;
using namespace epitaxy::learners;
using test::candidate_of;
using test::LearnerCase;

BOOST_AUTO_TEST_SUITE(trees)

BOOST_AUTO_TEST_CASE(forests_of_other_seeds_differ) {
  const LearnerCase table(120, 3);
  const auto forest = test::fast(random_forest());
  BOOST_TEST(table.train(forest, 1)->predict(table.rows) != table.train(forest, 2)->predict(table.rows));
}

BOOST_AUTO_TEST_CASE(the_spread_of_a_forest_is_that_of_its_trees) {
  const LearnerCase table(200, 8);
  const auto forest = [&](const char* count) {
    return table.train(candidate_of(random_forest(), fmt::format("{{trees: {}, columns: 1, least_rows: 1}}", count)));
  };
  // One tree has none, and its prediction is a leaf: of two trees the spread is the difference over sqrt(2).
  BOOST_TEST(std::isnan(forest("1")->spread(table.rows)[0]));
  const auto deviation = forest("2")->spread(table.rows);
  bool any = false;
  for (const double value : deviation) {
    BOOST_TEST(value < 12 / std::sqrt(2.0));
    any = any || value > 0.1;
  }
  BOOST_TEST(any);
  // Near the step trees disagree more than elsewhere.
  const auto spread = forest("60")->spread(table.rows);
  BOOST_REQUIRE(spread.size() == 200U);
  double near = 0;
  double far = 0;
  int near_count = 0;
  int far_count = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    const double distance = std::abs(table.rows.row(i)[0] - 0.5);
    (distance < 0.03 ? near : far) += spread[i];
    (distance < 0.03 ? near_count : far_count) += 1;
  }
  BOOST_TEST(near / near_count > 1.5 * far / far_count);
  BOOST_TEST(table.train(test::fast(gradient_boosting()))->spread(table.rows).empty());
}

/// Trees that look at 3 of 150 columns see a given one nevertheless.
BOOST_AUTO_TEST_CASE(given_columns_are_not_lost_among_many) {
  constexpr std::size_t kColumns = 150;
  RandomStream random(1, Purpose::synthetic);
  Matrix rows{100, kColumns, {}};
  std::vector<double> labels;
  for (std::size_t i = 0; i < 100; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      rows.values.push_back(static_cast<float>(random.uniform()));
    }
    labels.push_back(rows.values.back());
  }
  std::vector<ColumnKind> kinds(kColumns, ColumnKind::number);
  const auto importance = [&](const char* settings, const Learner& learner, ColumnKind kind) {
    kinds.back() = kind;
    return test::train_on(rows, labels, kinds, candidate_of(learner, settings))->importances().back();
  };
  const char* const boosting = "{trees: 30, columns: 0.02}";
  BOOST_TEST(importance(boosting, gradient_boosting(), ColumnKind::number) < 0.5);
  BOOST_TEST(importance(boosting, gradient_boosting(), ColumnKind::given) > 0.9);
  BOOST_TEST(importance(boosting, gradient_boosting(), ColumnKind::category) > 0.9);
  BOOST_TEST(importance("{trees: 30, columns: 0.02}", random_forest(), ColumnKind::number) < 0.5);
  BOOST_TEST(importance("{trees: 30, columns: 0.02}", random_forest(), ColumnKind::given) > 0.8);
}

BOOST_AUTO_TEST_SUITE_END()
