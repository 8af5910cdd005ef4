#include <boost/test/unit_test.hpp>
#include <cmath>

#include "learners/learner_case.h"

using namespace epitaxy;
using namespace epitaxy::learners;
using test::candidate_of;
using test::train_on;

BOOST_AUTO_TEST_SUITE(kernel_ridge_learner)

BOOST_AUTO_TEST_CASE(by_hand) {
  // One column of fragments in three rows: counts 1, 1, 3. min over max: 1, 1/3.
  const Matrix rows{4, 2, {1, 0, 1, 0, 3, 0, 3, 1}};
  // The second column differs in one row alone and is not used. Standardized labels: -1, -1, 1, 1.
  // By symmetry the weights are -a, -a, b, b with K = [1 1 1/3 1/3; ...]: 2a + a - 2b/3 = 1 and 3b - 2a/3 = 1, a = b =
  // 3/7.
  const auto learned =
      train_on(rows, {0, 0, 2, 2}, {ColumnKind::count, ColumnKind::count}, candidate_of(kernel_ridge(), "penalty: 1"));
  const auto found = learned->predict(rows);
  // At count 1: -2a + 2b/3 = -4/7, that is 1 - 4/7.
  BOOST_TEST(found[0] == 3.0 / 7, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(found[2] == 11.0 / 7, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(gaussians_and_cheap_values_multiply) {
  // Two rows' kernel: 1 on the diagonal; both numbers and the cheap value are 2 standard deviations apart.
  const Matrix rows{4, 2, {0, 0, 0, 0, 1, 1, 1, 1}};
  const auto learned = train_on(rows, {0, 0, 2, 2}, {ColumnKind::number, ColumnKind::cheap},
                                candidate_of(kernel_ridge(), "penalty: 1.0e-9"));
  // A row at distance 2 in the cheap value alone: similarity exp(-2) to the first, exp(-2) to the last rows: the mean.
  const Matrix between{1, 2, {0, 1}};
  BOOST_TEST(learned->predict(between)[0] == 1, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(std::abs(learned->predict(rows)[0]) < 1e-5);
}

BOOST_AUTO_TEST_SUITE_END()
