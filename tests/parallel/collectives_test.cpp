#include <array>
#include <boost/test/unit_test.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "parallel/chunks.h"
#include "parallel/communicator.h"

using namespace epitaxy;
using parallel::Chunks;
using parallel::Communicator;
using parallel::Parts;

// Every test takes part in all collectives first and compares afterwards, so that a failure on one rank cannot leave
// the others waiting.

namespace {

enum class Color : char { red, green };

struct Reading {
  double value;
  int place;
  Color color;
  bool operator==(const Reading&) const = default;
};

Reading reading(int rank, int i) { return {rank + 0.5 * i, rank, i % 2 == 0 ? Color::red : Color::green}; }

/// Rank r has r elements, so rank 0 has none.
template <typename T, typename Make>
std::vector<T> of_rank(int rank, Make make) {
  std::vector<T> elements;
  for (int i = 0; i < rank; ++i) {
    elements.push_back(make(rank, i));
  }
  return elements;
}

template <typename T, typename Make>
std::vector<T> of_all(int ranks, Make make) {
  std::vector<T> elements;
  for (int r = 0; r < ranks; ++r) {
    const auto part = of_rank<T>(r, make);
    elements.insert(elements.end(), part.begin(), part.end());
  }
  return elements;
}

/// The world with messages of any size, and of so few bytes that everything is cut, also in the middle of a number.
std::vector<Communicator> worlds() {
  const Communicator world = Communicator::world();
  return {world, world.with_message_limit(3), world.with_message_limit(1)};
}

template <typename T, typename Make>
void gathers(Make make) {
  for (const Communicator& world : worlds()) {
    const auto mine = of_rank<T>(world.rank(), make);
    const auto expected = of_all<T>(world.size(), make);
    const auto all = world.all_gather(mine);
    const auto on_root = world.gather(mine);
    const auto from_root = world.broadcast(world.is_root() ? expected : std::vector<T>{}, 0);
    BOOST_TEST((all == expected));
    BOOST_TEST((on_root == (world.is_root() ? expected : std::vector<T>{})));
    BOOST_TEST((from_root == expected));
  }
}

const std::string kHard("a\0\n\0", 4);

}  // namespace

BOOST_AUTO_TEST_SUITE(collectives)

BOOST_AUTO_TEST_CASE(chunks_cover_a_message_once_and_in_order) {
  for (const std::size_t size : {0, 1, 6, 7, 8, 21, 22}) {
    std::size_t next = 0;
    for (const auto& [begin, count] : Chunks(size, 7)) {
      BOOST_TEST(begin == next);
      BOOST_TEST(count > 0u);
      BOOST_TEST(count <= 7u);
      next += count;
    }
    BOOST_TEST(next == size);
  }
}

BOOST_AUTO_TEST_CASE(a_message_that_no_int_can_count_is_cut_in_those_that_one_can) {
  std::size_t messages = 0;
  std::size_t bytes = 0;
  for (const auto& chunk : Chunks((std::size_t{1} << 32) + 5)) {
    ++messages;
    bytes += chunk.size;
    BOOST_TEST(chunk.size <= Chunks::kLimit);
  }
  BOOST_TEST(messages == 5u);
  BOOST_TEST(bytes == (std::size_t{1} << 32) + 5);
}

BOOST_AUTO_TEST_CASE(parts_follow_each_other) {
  const Parts parts({3, 0, 5});
  BOOST_TEST(parts.ranks() == 3);
  BOOST_TEST(parts.begin(0) == 0u);
  BOOST_TEST(parts.begin(1) == 3u);
  BOOST_TEST(parts.begin(2) == 3u);
  BOOST_TEST(parts.count(2) == 5u);
  BOOST_TEST(parts.total() == 8u);
  BOOST_TEST(Parts::equal(4, 2).begin(3) == 6u);
}

BOOST_AUTO_TEST_CASE(numbers_structures_and_arrays_of_all_ranks_arrive_by_rank) {
  gathers<double>([](int r, int i) { return r + 0.125 * i; });
  gathers<std::int64_t>([](int r, int i) { return (std::int64_t{1} << 60) + r * 1000 + i; });
  gathers<Reading>(reading);
  gathers<Color>([](int r, int i) { return (r + i) % 2 == 0 ? Color::red : Color::green; });
  gathers<std::array<float, 3>>([](int r, int i) {
    return std::array<float, 3>{static_cast<float>(r), static_cast<float>(i), 0.5f};
  });
}

BOOST_AUTO_TEST_CASE(flags_of_all_ranks_arrive_by_rank) {
  gathers<bool>([](int r, int i) { return (r * r + i) % 3 == 0; });
}

BOOST_AUTO_TEST_CASE(texts_of_all_ranks_arrive_by_rank_whatever_their_bytes) {
  gathers<std::string>([](int r, int i) {
    return i % 2 == 0 ? kHard + std::string(static_cast<std::size_t>(r) * 50, 'x') : std::string();
  });
}

BOOST_AUTO_TEST_CASE(where_no_rank_has_anything_the_list_is_empty) {
  for (const Communicator& world : worlds()) {
    const auto numbers = world.all_gather(std::vector<double>{});
    const auto texts = world.all_gather(std::vector<std::string>{});
    const auto on_root = world.gather(std::vector<Reading>{});
    const auto sums = world.sum(std::vector<double>{});
    const auto sent = world.broadcast(std::vector<std::string>{});
    BOOST_TEST(numbers.empty());
    BOOST_TEST(texts.empty());
    BOOST_TEST(on_root.empty());
    BOOST_TEST(sums.empty());
    BOOST_TEST(sent.empty());
  }
}

BOOST_AUTO_TEST_CASE(one_element_of_each_rank_makes_a_list_by_rank) {
  for (const Communicator& world : worlds()) {
    const auto all = world.all_gather(reading(world.rank(), 1));
    const auto flags = world.all_gather(world.rank() == 1);
    const auto texts = world.all_gather(kHard + std::to_string(world.rank()));
    const auto on_root = world.gather(world.rank() * 7);
    const auto texts_on_root = world.gather(kHard + std::to_string(world.rank()));
    const auto count = static_cast<std::size_t>(world.size());
    BOOST_REQUIRE(all.size() == count);
    BOOST_REQUIRE(flags.size() == count);
    BOOST_REQUIRE(texts.size() == count);
    BOOST_REQUIRE(on_root.size() == (world.is_root() ? count : 0));
    BOOST_REQUIRE(texts_on_root.size() == on_root.size());
    for (int r = 0; r < world.size(); ++r) {
      BOOST_TEST((all[r] == reading(r, 1)));
      BOOST_TEST(flags[r] == (r == 1));
      BOOST_TEST((texts[r] == kHard + std::to_string(r)));
      BOOST_TEST((!world.is_root() || (on_root[r] == r * 7 && texts_on_root[r] == texts[r])));
    }
  }
}

BOOST_AUTO_TEST_CASE(broadcasts_give_what_their_root_has) {
  for (const Communicator& world : worlds()) {
    for (int root = 0; root < world.size(); ++root) {
      const bool mine = world.rank() == root;
      const Reading value = world.broadcast(mine ? reading(root, 3) : Reading{}, root);
      const std::string text = world.broadcast(mine ? kHard : std::string(1000, 'x'), root);
      const std::string nothing = world.broadcast(mine ? "" : "not empty", root);
      const auto texts =
          world.broadcast(mine ? std::vector<std::string>{"", kHard, "b"} : std::vector<std::string>{"no"}, root);
      const auto numbers = world.broadcast(std::vector<int>(mine ? 5 : 1, world.rank()), root);
      const bool yes = world.broadcast(mine, root);
      BOOST_TEST((value == reading(root, 3)));
      BOOST_TEST((text == kHard));
      BOOST_TEST(nothing.empty());
      BOOST_TEST((texts == std::vector<std::string>{"", kHard, "b"}));
      BOOST_TEST(numbers == std::vector<int>(5, root), boost::test_tools::per_element());
      BOOST_TEST(yes);
    }
  }
}

// 1, 1e17, -1e17, 1, ...: nearly every order of additions has a result of its own.
BOOST_AUTO_TEST_CASE(sums_are_those_of_a_loop_over_the_ranks) {
  const auto number = [](int rank) { return rank % 3 == 1 ? 1e17 : rank % 3 == 2 ? -1e17 : 1.0 + rank; };
  for (const Communicator& world : worlds()) {
    double expected = number(0);
    for (int r = 1; r < world.size(); ++r) {
      expected += number(r);
    }
    const double sum = world.sum(number(world.rank()));
    const auto sums = world.sum(std::vector<double>{number(world.rank()), 2.0, -number(world.rank())});
    const auto counts = world.sum(std::int64_t{1} << 55);
    BOOST_TEST(sum == expected);
    BOOST_TEST(sums == (std::vector<double>{expected, 2.0 * world.size(), -expected}),
               boost::test_tools::per_element());
    BOOST_TEST(counts == (std::int64_t{1} << 55) * world.size());
  }
}

BOOST_AUTO_TEST_CASE(sums_of_long_lists_are_complete) {
  const Communicator world = Communicator::world();
  std::vector<std::int64_t> mine((std::size_t{1} << 20) + 77);
  std::iota(mine.begin(), mine.end(), world.rank());
  const auto sums = world.sum(mine);
  const std::int64_t of_ranks = world.size() * (world.size() - 1) / 2;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    wrong += sums[i] != of_ranks + world.size() * static_cast<std::int64_t>(i) ? 1 : 0;
  }
  BOOST_TEST(sums.size() == mine.size());
  BOOST_TEST(wrong == 0u);
}

BOOST_AUTO_TEST_CASE(the_least_and_the_largest_are_found) {
  for (const Communicator& world : worlds()) {
    const int last = world.size() - 1;
    const int least = world.min(5 - world.rank());
    const double largest = world.max(0.5 * world.rank());
    const auto least_of = world.min(std::vector<int>{world.rank(), -world.rank()});
    const auto largest_of = world.max(std::vector<int>{world.rank(), -world.rank()});
    BOOST_TEST(least == 5 - last);
    BOOST_TEST(largest == 0.5 * last);
    BOOST_TEST(least_of == (std::vector<int>{0, -last}), boost::test_tools::per_element());
    BOOST_TEST(largest_of == (std::vector<int>{last, 0}), boost::test_tools::per_element());
  }
}

/// Rank r has r numbers (rank 0 none): 1 of rank 1, 2 of rank 2, ...
BOOST_AUTO_TEST_CASE(arrays_are_gathered_and_scattered_in_place) {
  for (const Communicator& world : worlds()) {
    const auto number = [](int r, int i) { return static_cast<float>(r) + 0.25f * static_cast<float>(i); };
    const auto expected = of_all<float>(world.size(), number);
    const auto mine = of_rank<float>(world.rank(), number);
    const Parts parts = world.parts_of(mine.size());
    std::vector<float> all(expected.size(), -1.0f);
    std::ranges::copy(mine, all.begin() + static_cast<std::ptrdiff_t>(parts.begin(world.rank())));
    std::vector<float> on_root(world.is_root() ? expected.size() : 0, -1.0f);
    std::vector<float> back(mine.size(), -1.0f);
    world.all_gather(std::span(all), parts);
    world.gather(std::span(mine), parts, std::span(on_root));
    world.scatter(std::span<const float>(on_root), parts, std::span(back));
    BOOST_TEST(all == expected, boost::test_tools::per_element());
    BOOST_TEST(back == mine, boost::test_tools::per_element());
    if (world.is_root()) {
      BOOST_TEST(on_root == expected, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(the_ranks_of_a_node_are_a_group_of_their_own) {
  const Communicator world = Communicator::world();
  const Communicator node = world.node();  // the ranks of a test are all on one machine
  const auto ranks = node.all_gather(world.rank());
  BOOST_TEST(node.rank() == world.rank());
  BOOST_TEST(ranks == world.all_gather(world.rank()), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(messages_arrive_in_pieces_too) {
  for (const Communicator& world : worlds()) {
    const auto messages = world.make_messages();
    const int next = (world.rank() + 1) % world.size();
    const int previous = (world.rank() + world.size() - 1) % world.size();
    const std::string sent = kHard + std::to_string(world.rank());
    std::string first(sent.size(), '?');
    std::string second(2, '?');
    const bool idle = messages->empty();
    if (world.size() > 1) {
      messages->receive(first.data(), first.size(), previous, 7);
      messages->receive(second.data(), second.size(), previous, 8);
      messages->send(sent.data() + 1, 2, next, 8);
      messages->send(sent.data(), sent.size(), next, 7);
      messages->progress();
    }
    const bool busy = !messages->empty();
    messages->wait();
    BOOST_TEST(idle);
    BOOST_TEST(messages->empty());
    BOOST_TEST(busy == (world.size() > 1));
    if (world.size() > 1) {
      BOOST_TEST((first == kHard + std::to_string(previous)));
      BOOST_TEST((second == kHard.substr(1, 2)));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
