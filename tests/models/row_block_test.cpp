#include "models/row_block.h"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstring>

#include "models/row_blocks.h"

using epitaxy::models::RowBlock;
using epitaxy::test::rows_of;
using Ids = std::vector<std::uint16_t>;

namespace {

Ids row(const RowBlock& block, std::size_t i) {
  const auto values = block.row<std::uint16_t>(i);
  return {values.begin(), values.end()};
}

const auto kEach = boost::test_tools::per_element();

}  // namespace

BOOST_AUTO_TEST_SUITE(row_block_test)

BOOST_AUTO_TEST_CASE(rows_have_lengths_of_their_own) {
  const RowBlock block = rows_of<std::uint16_t>({{1, 2, 3}, {}, {4}, {5, 6}});
  BOOST_REQUIRE(block.rows() == 4u);
  BOOST_TEST(row(block, 0) == (Ids{1, 2, 3}), kEach);
  BOOST_TEST(row(block, 1) == Ids{}, kEach);
  BOOST_TEST(row(block, 2) == (Ids{4}), kEach);
  BOOST_TEST(row(block, 3) == (Ids{5, 6}), kEach);
  BOOST_TEST(block.bytes() == 6 * sizeof(std::uint16_t) + 4 * sizeof(std::size_t));
}

BOOST_AUTO_TEST_CASE(rows_without_values_are_absent) {
  RowBlock block;
  BOOST_TEST(block.empty());
  BOOST_TEST(block.rows() == 0u);
  block.append_absent();
  block.append(std::span<const float>());
  block.append(std::span<const float>(std::vector<float>{0.0f}));
  block.append_absent();
  BOOST_TEST(!block.empty());
  BOOST_REQUIRE(block.rows() == 4u);
  BOOST_TEST(block.is_absent(0));
  BOOST_TEST(block.is_absent(1));
  BOOST_TEST(!block.is_absent(2));
  BOOST_TEST(block.is_absent(3));
  BOOST_TEST(block.row<float>(2).size() == 1u);
  block.clear();
  BOOST_TEST(block.empty());
  BOOST_TEST(block.bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(rows_of_another_block_are_picked_in_order) {
  const RowBlock from = rows_of<std::uint16_t>({{1, 2, 3}, {}, {4}, {5, 6}});
  RowBlock block = rows_of<std::uint16_t>({{9}});
  block.append_rows(from, std::span<const std::int32_t>(std::vector<std::int32_t>{3, 0, 1, 3}));
  block.append_row(from, 2);
  BOOST_REQUIRE(block.rows() == 6u);
  const std::vector<Ids> expected{{9}, {5, 6}, {1, 2, 3}, {}, {5, 6}, {4}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    BOOST_TEST(row(block, i) == expected[i], kEach);
  }
}

// Room for as many rows as the longest: appending them moves nothing, before and after the block was cleared.
BOOST_AUTO_TEST_CASE(a_block_with_room_does_not_move_its_rows) {
  const RowBlock from = rows_of<std::uint16_t>({{1, 2, 3}, {}, {4}, {5, 6, 7, 8, 9}});
  RowBlock block;
  block.reserve(100, from);
  block.append_row(from, 3);
  const auto* first = block.row<std::uint16_t>(0).data();
  for (int round = 0; round < 3; ++round) {
    block.clear();
    for (std::size_t i = 0; i < 100; ++i) {
      block.append_row(from, round == 0 ? 3 : i % 4);
    }
    BOOST_TEST(block.rows() == 100u);
    BOOST_TEST(block.row<std::uint16_t>(0).data() == first);
    BOOST_TEST(row(block, 99) == (Ids{5, 6, 7, 8, 9}), kEach);
  }
}

BOOST_AUTO_TEST_CASE(numbers_come_back_in_the_same_bits) {
  const std::vector<float> numbers{0.1f, -0.0f, 1e-42f, 3e38f};
  const RowBlock block = rows_of(numbers, 2);
  BOOST_REQUIRE(block.rows() == 2u);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    BOOST_TEST(std::memcmp(&block.row<float>(i / 2)[i % 2], &numbers[i], sizeof(float)) == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
