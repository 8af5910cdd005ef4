#include "parallel/communicator.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.h"
#include "parallel/launcher.h"

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
  const parallel::Launch launch = parallel::launch_of(parallel::launch_variables());
  BOOST_TEST(world.rank() == launch.rank.value_or(0));
  BOOST_TEST(world.size() == launch.ranks.value_or(1));
  BOOST_TEST(world.is_root() == (world.rank() == 0));
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
