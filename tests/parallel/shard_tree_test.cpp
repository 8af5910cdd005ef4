#include "parallel/shard_tree.h"

#include <boost/test/unit_test.hpp>
#include <ostream>
#include <vector>

using namespace epitaxy::parallel;
using Ranges = std::vector<ShardRange>;

namespace epitaxy::parallel {
static std::ostream& operator<<(std::ostream& out, const ShardRange& range) {
  return out << '[' << range.first << ", " << range.last << ')';
}
}  // namespace epitaxy::parallel

BOOST_AUTO_TEST_SUITE(shard_tree_test)

BOOST_AUTO_TEST_CASE(trees_are_cut_at_the_largest_power_of_two) {
  BOOST_TEST(split_point({0, 2}) == 1);
  BOOST_TEST(split_point({0, 3}) == 2);
  BOOST_TEST(split_point({0, 4}) == 2);
  BOOST_TEST(split_point({0, 5}) == 4);
  BOOST_TEST(split_point({0, 8}) == 4);
  BOOST_TEST(split_point({0, 9}) == 8);
  BOOST_TEST(split_point({3, 10}) == 7);
}

// Over five shards: ((0 1)(2 3)) 4; over six: ((0 1)(2 3))(4 5); over seven: ((0 1)(2 3))((4 5) 6).
BOOST_AUTO_TEST_CASE(largest_subtrees_by_hand) {
  const auto check = [](int shards, ShardRange range, const Ranges& expected) {
    BOOST_TEST(maximal_subtrees(shards, range) == expected, boost::test_tools::per_element());
  };
  check(1, {0, 1}, {{0, 1}});
  check(5, {0, 5}, {{0, 5}});
  check(5, {0, 2}, {{0, 2}});
  check(5, {2, 5}, {{2, 4}, {4, 5}});
  check(5, {1, 4}, {{1, 2}, {2, 4}});
  check(6, {3, 6}, {{3, 4}, {4, 6}});
  check(6, {0, 3}, {{0, 2}, {2, 3}});
  check(7, {4, 7}, {{4, 7}});
  check(7, {3, 6}, {{3, 4}, {4, 6}});
  check(8, {1, 8}, {{1, 2}, {2, 4}, {4, 8}});
}

BOOST_AUTO_TEST_CASE(the_ranks_share_the_shards_in_order_and_none_is_idle) {
  BOOST_TEST(shards_of_rank(5, 0, 2) == (ShardRange{0, 2}));
  BOOST_TEST(shards_of_rank(5, 1, 2) == (ShardRange{2, 5}));
  for (int shards = 1; shards <= 12; ++shards) {
    for (int ranks = 1; ranks <= shards; ++ranks) {
      int next = 0;
      for (int r = 0; r < ranks; ++r) {
        const ShardRange range = shards_of_rank(shards, r, ranks);
        BOOST_TEST(range.first == next);
        BOOST_TEST(range.count() >= 1);
        BOOST_TEST(range.count() <= shards / ranks + 1);
        next = range.last;
      }
      BOOST_TEST(next == shards);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
