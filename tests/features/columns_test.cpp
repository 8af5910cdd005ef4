#include "features/columns.h"

#include <boost/test/unit_test.hpp>

using namespace epitaxy::features;

BOOST_AUTO_TEST_SUITE(columns_test)

BOOST_AUTO_TEST_CASE(rows_are_picked_in_the_order_asked_for) {
  const Matrix matrix{3, 2, {1, 2, 3, 4, 5, 6}};
  const Matrix picked = pick_rows(matrix, std::vector<std::size_t>{2, 0, 2});
  BOOST_TEST(picked.rows == 3U);
  BOOST_TEST(picked.columns == 2U);
  BOOST_TEST(picked.values == (std::vector<float>{5, 6, 1, 2, 5, 6}), boost::test_tools::per_element());
  BOOST_TEST(picked.row(1)[1] == 2.0F);
  BOOST_TEST(pick_rows(matrix, {}).rows == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
