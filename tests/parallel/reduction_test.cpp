#include "epitaxy/parallel/reduction.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "epitaxy/base/error.h"
#include "numbers.h"

using namespace epitaxy;
using namespace epitaxy::parallel;
using Numbers = std::vector<float>;
using Ranges = std::vector<ShardRange>;

namespace epitaxy::parallel {
std::ostream& operator<<(std::ostream& out, const ShardRange& range) {
  return out << '[' << range.first << ", " << range.last << ')';
}
}  // namespace epitaxy::parallel

namespace {

const std::size_t kSizes[] = {1, 17, kSliceBlock - 1, kSliceBlock, kSliceBlock + 1, 3 * kSliceBlock + 17, 20000};

/// Numbers of very different sizes, so that nearly every order of additions has bits of its own.
Numbers shard_numbers(int shard, std::size_t size, int round = 0) {
  Numbers numbers = test::random_numbers(size, static_cast<std::uint32_t>(1 + shard + 100 * round));
  const Numbers exponents = test::random_numbers(size, static_cast<std::uint32_t>(5000 + shard), -6, 6);
  for (std::size_t i = 0; i < size; ++i) {
    numbers[i] = std::ldexp(numbers[i], static_cast<int>(exponents[i]));
  }
  return numbers;
}

/// The tree as documented: a node's left part is the largest power of two below its size.
Numbers serial_sum(int first, int last, std::size_t size, int round = 0) {
  if (last - first == 1) {
    return shard_numbers(first, size, round);
  }
  int left = 1;
  while (2 * left < last - first) {
    left *= 2;
  }
  Numbers sum = serial_sum(first, first + left, size, round);
  const Numbers right = serial_sum(first + left, last, size, round);
  for (std::size_t i = 0; i < size; ++i) {
    sum[i] += right[i];
  }
  return sum;
}

Numbers sum_one_after_another(int shards, std::size_t size) {
  Numbers sum = shard_numbers(0, size);
  for (int s = 1; s < shards; ++s) {
    const Numbers next = shard_numbers(s, size);
    for (std::size_t i = 0; i < size; ++i) {
      sum[i] += next[i];
    }
  }
  return sum;
}

/// The whole sum on every rank: the slices of all, gathered.
Numbers gathered_sum(const Communicator& communicator, OrderedReduction& reduction, std::size_t size, int round = 0) {
  const float* slice = reduction.sum([&](int shard, float* out) {
    const Numbers numbers = shard_numbers(shard, size, round);
    std::copy(numbers.begin(), numbers.end(), out);
  });
  Numbers all(size, -99.0f);
  std::copy_n(slice, reduction.slice_size(), all.begin() + static_cast<std::ptrdiff_t>(reduction.slice_begin()));
  communicator.gather_all_in_place(all.data(), reduction.slice_sizes());
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reduction_test)

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

BOOST_AUTO_TEST_CASE(sums_have_the_bits_of_the_tree_on_any_number_of_ranks) {
  const Communicator world = Communicator::world();
  for (int shards = world.size(); shards <= 9; ++shards) {
    for (const std::size_t size : kSizes) {
      OrderedReduction reduction(world, shards, size);
      const Numbers sum = gathered_sum(world, reduction, size);
      const Numbers expected = serial_sum(0, shards, size);
      BOOST_TEST(test::same_bits(sum.data(), expected.data(), size), shards << " shards of " << size << " numbers");
    }
  }
}

BOOST_AUTO_TEST_CASE(another_order_of_additions_would_show) {
  for (int shards = 4; shards <= 9; ++shards) {
    const Numbers tree = serial_sum(0, shards, 1000);
    const Numbers chain = sum_one_after_another(shards, 1000);
    BOOST_TEST(!test::same_bits(tree.data(), chain.data(), 1000));
    BOOST_TEST(test::largest_difference(tree, chain, 1000) < 1e-4);
  }
}

BOOST_AUTO_TEST_CASE(a_reduction_is_used_again_and_again) {
  const Communicator world = Communicator::world();
  const int shards = 2 * world.size() + 1;
  const std::size_t size = kSliceBlock + 100;
  OrderedReduction reduction(world, shards, size);
  for (int round = 0; round < 4; ++round) {
    const Numbers sum = gathered_sum(world, reduction, size, round);
    const Numbers expected = serial_sum(0, shards, size, round);
    BOOST_TEST(test::same_bits(sum.data(), expected.data(), size));
  }
}

BOOST_AUTO_TEST_CASE(each_shard_is_computed_once_in_order_on_its_rank) {
  const Communicator world = Communicator::world();
  OrderedReduction reduction(world, 9, 10);
  std::vector<int> computed;
  reduction.sum([&](int shard, float*) { computed.push_back(shard); });
  std::vector<int> expected;
  for (int s = reduction.my_shards().first; s < reduction.my_shards().last; ++s) {
    expected.push_back(s);
  }
  BOOST_TEST(reduction.my_shards() == shards_of_rank(9, world.rank(), world.size()));
  BOOST_TEST(computed == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(slices_begin_at_blocks_and_cover_the_vector) {
  const Communicator world = Communicator::world();
  for (const std::size_t size : kSizes) {
    const OrderedReduction reduction(world, 8, size);
    std::size_t begin = 0;
    for (int r = 0; r < world.rank(); ++r) {
      begin += reduction.slice_sizes()[r];
    }
    std::size_t total = 0;
    for (const int part : reduction.slice_sizes()) {
      total += part;
    }
    BOOST_TEST(total == size);
    BOOST_TEST(reduction.slice_begin() == begin);
    BOOST_TEST((begin % kSliceBlock == 0 || reduction.slice_size() == 0));
    BOOST_TEST(reduction.slice_size() == static_cast<std::size_t>(reduction.slice_sizes()[world.rank()]));
  }
}

BOOST_AUTO_TEST_CASE(the_sum_of_squares_has_the_same_bits_on_any_number_of_ranks) {
  const Communicator world = Communicator::world();
  const Communicator self = Communicator::self();
  for (const std::size_t size : kSizes) {
    OrderedReduction together(world, 5, size);
    OrderedReduction alone(self, 5, size);
    gathered_sum(world, together, size);
    const Numbers sum = gathered_sum(self, alone, size);
    const double squares = together.sum_of_squares();
    const double squares_alone = alone.sum_of_squares();
    double expected = 0;
    for (const float x : sum) {
      expected += static_cast<double>(x) * x;
    }
    BOOST_TEST(squares == squares_alone);
    BOOST_TEST(squares == expected, boost::test_tools::tolerance(1e-13));
  }
}

BOOST_AUTO_TEST_CASE(more_ranks_than_shards_is_an_input_error) {
  const Communicator world = Communicator::world();
  std::string message;
  try {
    const OrderedReduction reduction(world, world.size() - 1, 100);
  } catch (const InputError& error) {
    message = error.what();
  }
  BOOST_TEST(message.starts_with(std::to_string(world.size()) + " ranks but only " + std::to_string(world.size() - 1) +
                                 " gradient shards"));
}

BOOST_AUTO_TEST_SUITE_END()
