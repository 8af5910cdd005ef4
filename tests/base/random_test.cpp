#include "base/random.h"

#include <Random123/philox.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/error.h"

using namespace epitaxy;
using Words = std::vector<std::uint32_t>;

namespace {

Words draw(RandomStream stream, int count) {
  Words words;
  for (int i = 0; i < count; ++i) {
    words.push_back(stream.next());
  }
  return words;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(random_test)

// The vectors are those of the file kat_vectors of Random123.
BOOST_AUTO_TEST_CASE(the_generator_gives_the_published_numbers) {
  const r123::Philox4x32 generator;
  const auto ones = generator({{~0u, ~0u, ~0u, ~0u}}, {{~0u, ~0u}});
  BOOST_TEST(Words(ones.begin(), ones.end()) == (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}),
             boost::test_tools::per_element());
  const auto pi = generator({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, {{0xa4093822, 0x299f31d0}});
  BOOST_TEST(Words(pi.begin(), pi.end()) == (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_stream_of_zeros_gives_the_published_numbers) {
  const auto words = draw(RandomStream(0, Purpose{0}), 4);
  BOOST_TEST(words == (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_stream_counts_through_its_blocks) {
  const auto words = draw(RandomStream(0, Purpose{0}, 7, 8, 9), 8);
  const auto second = r123::Philox4x32{}({{1, 7, 8, 9}}, {{0, 0}});
  BOOST_TEST(Words(words.begin() + 4, words.end()) == Words(second.begin(), second.end()),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_same_key_gives_the_same_numbers_and_any_other_key_others) {
  const auto words = draw(RandomStream(5, Purpose::dropout, 1, 2, 3), 100);
  BOOST_TEST((words == draw(RandomStream(5, Purpose::dropout, 1, 2, 3), 100)));
  const std::vector<RandomStream> others = {
      {6, Purpose::dropout, 1, 2, 3}, {5, Purpose::shuffle, 1, 2, 3}, {5, Purpose::dropout, 0, 2, 3},
      {5, Purpose::dropout, 1, 3, 3}, {5, Purpose::dropout, 1, 2, 4}, {5 + (1ULL << 40), Purpose::dropout, 1, 2, 3}};
  for (const RandomStream& other : others) {
    const auto theirs = draw(other, 100);
    const auto same =
        std::inner_product(words.begin(), words.end(), theirs.begin(), 0, std::plus<>(), std::equal_to<>());
    BOOST_TEST(same == 0);
  }
}

BOOST_AUTO_TEST_CASE(uniform_numbers_fill_the_open_interval_evenly) {
  RandomStream stream(1, Purpose::synthetic);
  constexpr int kCount = 200000;
  std::vector<int> tenths(10);
  double sum = 0;
  for (int i = 0; i < kCount; ++i) {
    const double u = stream.uniform();
    BOOST_REQUIRE(u > 0);
    BOOST_REQUIRE(u < 1);
    ++tenths[static_cast<std::size_t>(u * 10)];
    sum += u;
  }
  BOOST_TEST(std::abs(sum / kCount - 0.5) < 4 / std::sqrt(12.0 * kCount));
  for (const int count : tenths) {
    BOOST_TEST(std::abs(count - kCount / 10) < 5 * std::sqrt(kCount * 0.09));
  }
}

BOOST_AUTO_TEST_CASE(normal_numbers_have_the_moments_of_the_normal_distribution) {
  RandomStream stream(2, Purpose::synthetic);
  constexpr int kCount = 200000;
  double sum = 0;
  double squares = 0;
  double fourths = 0;
  double neighbors = 0;
  double last = 0;
  for (int i = 0; i < kCount; ++i) {
    const double x = stream.normal();
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
    neighbors += x * last;
    last = x;
  }
  // Five standard errors each: variances 1, 2, 96 and 1 per number.
  BOOST_TEST(std::abs(sum / kCount) < 5 / std::sqrt(kCount));
  BOOST_TEST(std::abs(squares / kCount - 1) < 5 * std::sqrt(2.0 / kCount));
  BOOST_TEST(std::abs(fourths / kCount - 3) < 5 * std::sqrt(96.0 / kCount));
  BOOST_TEST(std::abs(neighbors / kCount) < 5 / std::sqrt(kCount));
}

BOOST_AUTO_TEST_CASE(below_reaches_every_number_equally_often) {
  RandomStream stream(3, Purpose::synthetic);
  constexpr int kCount = 70000;
  std::vector<int> counts(7);
  for (int i = 0; i < kCount; ++i) {
    ++counts.at(stream.below(7));
  }
  for (const int count : counts) {
    BOOST_TEST(std::abs(count - kCount / 7) < 5 * std::sqrt(kCount * 6.0 / 49.0));
  }
  BOOST_TEST(stream.below(1) == 0u);
  BOOST_CHECK_THROW(stream.below(0), Error);
}

// Of 2^64 numbers, those from 0 to 2^62 - 1 would come twice as often below 3 * 2^62 without the rejection.
BOOST_AUTO_TEST_CASE(below_is_without_bias_for_large_limits) {
  RandomStream stream(4, Purpose::synthetic);
  constexpr int kCount = 30000;
  int low = 0;
  for (int i = 0; i < kCount; ++i) {
    low += stream.below(3ULL << 62) < (1ULL << 62) ? 1 : 0;
  }
  BOOST_TEST(std::abs(low - kCount / 3) < 5 * std::sqrt(kCount * 2.0 / 9.0));
}

BOOST_AUTO_TEST_CASE(shuffles_are_permutations_and_every_order_is_as_likely) {
  RandomStream stream(5, Purpose::shuffle);
  std::vector<int> counts(6);
  constexpr int kCount = 12000;
  for (int i = 0; i < kCount; ++i) {
    std::vector<int> values = {0, 1, 2};
    stream.shuffle(std::span(values));
    BOOST_REQUIRE(std::is_permutation(values.begin(), values.end(), std::vector{0, 1, 2}.begin()));
    ++counts[static_cast<std::size_t>(values[0] * 2 + (values[1] > values[2] ? 1 : 0))];
  }
  for (const int count : counts) {
    BOOST_TEST(std::abs(count - kCount / 6) < 5 * std::sqrt(kCount * 5.0 / 36.0));
  }
}

BOOST_AUTO_TEST_SUITE_END()
