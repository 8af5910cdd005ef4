#include "parallel/reduction.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "numbers.h"

using namespace epitaxy;
using namespace epitaxy::parallel;
using Numbers = std::vector<float>;

namespace epitaxy::parallel {
static std::ostream& operator<<(std::ostream& out, const ShardRange& range) {
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
Numbers gathered_sum(OrderedReduction& reduction, int round = 0) {
  const float* local = reduction.sum([&](int shard, float* out) {
    const Numbers numbers = shard_numbers(shard, reduction.size(), round);
    std::copy(numbers.begin(), numbers.end(), out);
  });
  Numbers all(reduction.size(), -99.0f);
  reduction.gather(local, all.data());
  return all;
}

/// Begins of buckets that cut a vector into parts of unlike sizes.
std::vector<std::size_t> three_buckets(std::size_t size) {
  std::vector<std::size_t> begins{0};
  for (const std::size_t begin : {size / 5, size / 2}) {
    if (begin > begins.back()) {
      begins.push_back(begin);
    }
  }
  return begins;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reduction_test)

BOOST_AUTO_TEST_CASE(sums_have_the_bits_of_the_tree_on_any_number_of_ranks) {
  const Communicator world = Communicator::world();
  for (int shards = world.size(); shards <= 9; ++shards) {
    for (const std::size_t size : kSizes) {
      const Numbers expected = serial_sum(0, shards, size);
      for (const Transport transport : {Transport::shared_memory, Transport::messages}) {
        for (const auto& begins : {std::vector<std::size_t>{0}, three_buckets(size)}) {
          OrderedReduction reduction(world, shards, size, begins, {.transport = transport});
          const Numbers sum = gathered_sum(reduction);
          BOOST_TEST(test::same_bits(sum.data(), expected.data(), size),
                     shards << " shards of " << size << " numbers in " << begins.size() << " buckets");
        }
      }
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
  for (const Transport transport : {Transport::shared_memory, Transport::messages}) {
    OrderedReduction reduction(world, shards, size, three_buckets(size), {.transport = transport});
    for (int round = 0; round < 4; ++round) {
      const Numbers sum = gathered_sum(reduction, round);
      const Numbers expected = serial_sum(0, shards, size, round);
      BOOST_TEST(test::same_bits(sum.data(), expected.data(), size));
    }
  }
}

BOOST_AUTO_TEST_CASE(buckets_that_are_ready_early_are_summed_with_the_same_bits) {
  const Communicator world = Communicator::world();
  const int shards = 2 * world.size() + 1;
  const std::size_t size = 5 * kSliceBlock;
  for (const Transport transport : {Transport::shared_memory, Transport::messages}) {
    OrderedReduction reduction(world, shards, size, three_buckets(size), {.transport = transport});
    for (int round = 0; round < 3; ++round) {
      const float* local = reduction.sum([&](int shard, float* out) {
        const Numbers numbers = shard_numbers(shard, size, round);
        for (std::size_t first = size; first > 0;) {
          const std::size_t last = first;
          first -= std::min<std::size_t>(first, 3000);
          std::copy(numbers.data() + first, numbers.data() + last, out + first);
          reduction.ready(first);
        }
      });
      Numbers all(size);
      reduction.gather(local, all.data());
      const Numbers expected = serial_sum(0, shards, size, round);
      BOOST_TEST(test::same_bits(all.data(), expected.data(), size));
    }
    const bool sends = world.size() > 1 && transport == Transport::messages;
    BOOST_TEST((reduction.costs().bytes > 0) == sends);
  }
}

BOOST_AUTO_TEST_CASE(sums_sent_in_bfloat16_are_rounded_once) {
  const Communicator world = Communicator::world();
  const std::size_t size = 3 * kSliceBlock + 17;
  const int shards = 2 * world.size();
  OrderedReduction reduction(world, shards, size, three_buckets(size),
                             {.transport = Transport::messages, .wire = linalg::DataType::bfloat16});
  for (int round = 0; round < 2; ++round) {
    const Numbers sum = gathered_sum(reduction, round);
    const Numbers expected = serial_sum(0, shards, size, round);
    Numbers magnitude(size, 0.0f);
    for (int s = 0; s < shards; ++s) {
      const Numbers numbers = shard_numbers(s, size, round);
      for (std::size_t i = 0; i < size; ++i) {
        magnitude[i] += std::abs(numbers[i]);
      }
    }
    double worst = 0;
    for (std::size_t i = 0; i < size; ++i) {
      worst = std::max<double>(worst, std::abs(sum[i] - expected[i]) / magnitude[i]);
    }
    BOOST_TEST(worst < 0x1p-8);
    BOOST_TEST((world.size() == 1) == (worst == 0));
  }
  const auto bytes = static_cast<double>((size - reduction.local_size()) * sizeof(linalg::Bfloat16));
  BOOST_TEST(reduction.costs().bytes == 2 * bytes);
}

BOOST_AUTO_TEST_CASE(slices_written_to_the_replica_reach_every_rank) {
  const Communicator world = Communicator::world();
  const std::size_t size = 3 * kSliceBlock + 17;
  for (const Transport transport : {Transport::shared_memory, Transport::messages}) {
    OrderedReduction reduction(world, world.size(), size, three_buckets(size), {.transport = transport});
    const Numbers start = test::random_numbers(size, 3);
    reduction.set_replica(start.data());
    BOOST_TEST(test::same_bits(reduction.replica(), start.data(), size));
    for (int round = 1; round < 4; ++round) {
      world.barrier();
      for (const Slice& slice : reduction.slices()) {
        for (std::size_t i = slice.begin; i < slice.begin + slice.size; ++i) {
          reduction.replica()[i] = start[i] * static_cast<float>(round);
        }
      }
      reduction.publish_replica();
      Numbers expected = start;
      for (float& x : expected) {
        x *= static_cast<float>(round);
      }
      BOOST_TEST(test::same_bits(reduction.replica(), expected.data(), size));
    }
  }
}

BOOST_AUTO_TEST_CASE(local_vectors_are_gathered_to_and_scattered_from_rank_0) {
  const Communicator world = Communicator::world();
  const std::size_t size = 3 * kSliceBlock + 17;
  const OrderedReduction reduction(world, world.size(), size, three_buckets(size));
  const Numbers all = test::random_numbers(size, 4);
  Numbers local(reduction.local_size());
  reduction.scatter_from_root(world.is_root() ? all.data() : nullptr, local.data());
  std::size_t at = 0;
  for (const Slice& slice : reduction.slices()) {
    BOOST_TEST(test::same_bits(local.data() + at, all.data() + slice.begin, slice.size));
    at += slice.size;
  }
  BOOST_TEST(at == local.size());
  Numbers back(size);
  reduction.gather_to_root(local.data(), back.data());
  BOOST_TEST((!world.is_root() || test::same_bits(back.data(), all.data(), size)));
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

BOOST_AUTO_TEST_CASE(slices_begin_at_blocks_of_their_bucket_and_cover_the_vector) {
  const Communicator world = Communicator::world();
  for (const std::size_t size : kSizes) {
    const auto begins = three_buckets(size);
    const OrderedReduction reduction(world, 8, size, begins);
    BOOST_TEST(reduction.slices().size() == begins.size());
    std::vector<double> owned(size, 0.0);
    for (std::size_t b = 0; b < begins.size(); ++b) {
      const Slice& slice = reduction.slices()[b];
      BOOST_TEST(((slice.begin - begins[b]) % kSliceBlock == 0 || slice.size == 0));
      std::fill_n(owned.begin() + static_cast<std::ptrdiff_t>(slice.begin), slice.size, 1.0);
    }
    owned = world.sum(std::move(owned));
    BOOST_TEST(owned == std::vector<double>(size, 1.0), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(the_sum_of_squares_has_the_same_bits_on_any_number_of_ranks) {
  const Communicator world = Communicator::world();
  const Communicator self = Communicator::self();
  for (const std::size_t size : kSizes) {
    OrderedReduction together(world, 5, size, three_buckets(size));
    OrderedReduction alone(self, 5, size, three_buckets(size));
    gathered_sum(together);
    const Numbers sum = gathered_sum(alone);
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
