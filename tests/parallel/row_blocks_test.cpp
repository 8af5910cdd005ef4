#include "parallel/row_blocks.h"

#include <boost/test/unit_test.hpp>

using namespace epitaxy;
using namespace epitaxy::parallel;

BOOST_AUTO_TEST_SUITE(row_blocks_test)

// 1,000 rows in blocks of 256 are 4 blocks: 3 ranks get 1, 1 and 2 of them, the last of which is not full.
BOOST_AUTO_TEST_CASE(whole_blocks_belong_to_a_rank) {
  BOOST_TEST(rows_of_rank(1000, 256, 0, 3).first == 0U);
  BOOST_TEST(rows_of_rank(1000, 256, 0, 3).last == 256U);
  BOOST_TEST(rows_of_rank(1000, 256, 1, 3).last == 512U);
  BOOST_TEST(rows_of_rank(1000, 256, 2, 3).last == 1000U);
  BOOST_TEST(rows_of_rank(1000, 256, 2, 3).size() == 488U);
}

BOOST_AUTO_TEST_CASE(every_row_belongs_to_one_rank) {
  for (const std::size_t rows : {0U, 1U, 9U, 10U, 11U, 95U}) {
    for (const int ranks : {1, 2, 7, 13}) {
      std::size_t next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const RowRange range = rows_of_rank(rows, 10, rank, ranks);
        BOOST_TEST(range.first == next);
        BOOST_TEST((range.first % 10 == 0 || range.first == rows));
        next = range.last;
      }
      BOOST_TEST(next == rows);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
