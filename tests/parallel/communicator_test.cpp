#include "parallel/communicator.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.h"

using namespace epitaxy;
using parallel::Communicator;

// Every test takes part in all collectives first and compares afterwards, so that a failure on one rank cannot leave
// the others waiting.

namespace {

/// How `agree` ended on this rank.
struct Ending {
  std::string message = "no error";
  bool input_error = false;
  bool agreed = false;
};

Ending ending_of(const Communicator& world, const std::function<void()>& work) {
  try {
    world.agree(work);
  } catch (const InputError& error) {
    return {error.what(), true, error.agreed};
  } catch (const Error& error) {
    return {error.what(), false, error.agreed};
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(communicator_test)

BOOST_AUTO_TEST_CASE(a_communicator_knows_its_ranks) {
  const Communicator world = Communicator::world();
  const Communicator self = Communicator::self();
  int rank = -1;
  int size = -1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  BOOST_TEST(world.rank() == rank);
  BOOST_TEST(world.size() == size);
  BOOST_TEST(world.is_root() == (rank == 0));
  BOOST_TEST(self.rank() == 0);
  BOOST_TEST(self.size() == 1);
}

BOOST_AUTO_TEST_CASE(copies_outlive_the_original) {
  std::vector<Communicator> copies;
  {
    const Communicator original = Communicator::world();
    copies.push_back(original);
  }
  BOOST_TEST(copies[0].broadcast(std::int64_t{copies[0].rank() + 5}) == 5);
}

BOOST_AUTO_TEST_CASE(broadcasts_give_the_value_of_the_root) {
  const Communicator world = Communicator::world();
  for (int root = 0; root < world.size(); ++root) {
    const bool mine = world.rank() == root;
    const std::string text = world.broadcast(mine ? "from " + std::to_string(root) : std::string(1000, 'x'), root);
    const std::string nothing = world.broadcast(mine ? "" : "not empty", root);
    const auto number = world.broadcast(mine ? (std::int64_t{1} << 40) + root : std::int64_t{-1}, root);
    std::vector<float> values(3, mine ? static_cast<float>(root) + 0.5f : 0.0f);
    world.broadcast(values.data(), values.size(), root);
    BOOST_TEST(text == "from " + std::to_string(root));
    BOOST_TEST(nothing.empty());
    BOOST_TEST(number == (std::int64_t{1} << 40) + root);
    BOOST_TEST(values == std::vector<float>(3, static_cast<float>(root) + 0.5f), boost::test_tools::per_element());
  }
}

/// Rank r has r numbers (rank 0 none): 1 of rank 1, 2 of rank 2, ...
BOOST_AUTO_TEST_CASE(gathering_puts_the_parts_of_the_ranks_in_order) {
  const Communicator world = Communicator::world();
  std::vector<int> counts;
  std::vector<float> expected;
  std::size_t first = 0;
  for (int r = 0; r < world.size(); ++r) {
    counts.push_back(r);
    first += r < world.rank() ? r : 0;
    expected.insert(expected.end(), r, static_cast<float>(r) + 0.25f);
  }
  const std::vector<float> mine(world.rank(), static_cast<float>(world.rank()) + 0.25f);
  std::vector<float> all(expected.size(), -1.0f);
  std::copy(mine.begin(), mine.end(), all.begin() + static_cast<std::ptrdiff_t>(first));
  std::vector<double> doubles(all.begin(), all.end());
  std::vector<float> on_root(world.is_root() ? expected.size() : 0, -1.0f);
  std::vector<float> back(mine.size(), -1.0f);
  world.gather_all_in_place(all.data(), counts);
  world.gather_all_in_place(doubles.data(), counts);
  world.gather_to_root(mine.data(), counts, on_root.data());
  world.scatter_from_root(on_root.data(), counts, back.data());
  BOOST_TEST(all == expected, boost::test_tools::per_element());
  BOOST_TEST(doubles == std::vector<double>(expected.begin(), expected.end()), boost::test_tools::per_element());
  BOOST_TEST(back == mine, boost::test_tools::per_element());
  if (world.is_root()) {
    BOOST_TEST(on_root == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(ranks_agree_when_nothing_went_wrong) {
  const Communicator world = Communicator::world();
  int calls = 0;
  const Ending ending = ending_of(world, [&] { ++calls; });
  BOOST_TEST(ending.message == "no error");
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(an_error_of_one_rank_ends_all_with_one_message_that_names_the_rank) {
  const Communicator world = Communicator::world();
  for (int thrower = 0; thrower < world.size(); ++thrower) {
    const Ending ending = ending_of(world, [&] {
      if (world.rank() == thrower) {
        fail("lost {} files", thrower + 2);
      }
    });
    const std::string who = thrower > 0 ? "rank " + std::to_string(thrower) + ": " : "";
    BOOST_TEST(ending.message == who + "lost " + std::to_string(thrower + 2) + " files");
    BOOST_TEST(!ending.input_error);
    BOOST_TEST(ending.agreed);
  }
}

BOOST_AUTO_TEST_CASE(of_several_errors_the_one_of_the_lowest_rank_counts) {
  const Communicator world = Communicator::world();
  const Ending ending = ending_of(world, [&] {
    if (world.rank() > 0 || world.size() == 1) {
      fail("of {}", world.rank());
    }
  });
  BOOST_TEST(ending.message == (world.size() == 1 ? "of 0" : "rank 1: of 1"));
}

BOOST_AUTO_TEST_CASE(an_error_that_all_ranks_have_names_none) {
  const Communicator world = Communicator::world();
  const Ending ending = ending_of(world, [] { fail_input("no such file"); });
  BOOST_TEST(ending.message == "no such file");
  BOOST_TEST(ending.input_error);
  BOOST_TEST(ending.agreed);
}

BOOST_AUTO_TEST_CASE(the_kind_of_the_error_is_kept) {
  const Communicator world = Communicator::world();
  const int last = world.size() - 1;
  const Ending input = ending_of(world, [&] {
    if (world.rank() == last) {
      fail_input("bad key");
    }
  });
  const Ending other = ending_of(world, [&] {
    if (world.rank() == last) {
      throw std::out_of_range("from the library");
    }
  });
  BOOST_TEST(input.input_error);
  BOOST_TEST(!other.input_error);
  BOOST_TEST(other.message.ends_with("from the library"));
  BOOST_TEST(other.agreed);
}

BOOST_AUTO_TEST_CASE(work_of_the_root_runs_there_alone_and_its_error_reaches_all) {
  const Communicator world = Communicator::world();
  int calls = 0;
  world.on_root([&] { ++calls; });
  std::string message;
  try {
    world.on_root([] { fail_input("cannot open x.csv"); });
  } catch (const InputError& error) {
    message = error.what();
  }
  BOOST_TEST(calls == (world.is_root() ? 1 : 0));
  BOOST_TEST(message == "cannot open x.csv");
}

BOOST_AUTO_TEST_SUITE_END()
