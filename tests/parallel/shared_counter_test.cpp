#include "parallel/shared_counter.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <vector>

using namespace epitaxy::parallel;

namespace {

constexpr int kDraws = 100;

}  // namespace

BOOST_AUTO_TEST_SUITE(shared_counter_test)

BOOST_AUTO_TEST_CASE(every_value_is_handed_out_once) {
  const Communicator world = Communicator::world();
  std::vector<double> mine;
  std::vector<double> all;
  std::int64_t end = 0;
  {
    SharedCounter counter(world);
    for (int i = 0; i < kDraws; ++i) {
      mine.push_back(static_cast<double>(counter.next()));
    }
    all = world.all_gather(mine);
    end = counter.value();
  }
  BOOST_TEST(std::ranges::is_sorted(mine));
  BOOST_TEST(end == kDraws * world.size());
  std::ranges::sort(all);
  int wrong = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    wrong += all[i] == static_cast<double>(i) ? 0 : 1;
  }
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(looking_at_the_value_does_not_change_it) {
  const Communicator world = Communicator::world();
  std::int64_t first = -1;
  std::int64_t second = -1;
  {
    SharedCounter counter(world);
    first = counter.value();
    second = counter.value();
    world.barrier();
  }
  BOOST_TEST(first == 0);
  BOOST_TEST(second == 0);
}

BOOST_AUTO_TEST_CASE(counters_do_not_disturb_each_other) {
  const Communicator world = Communicator::world();
  std::int64_t first_end = 0;
  std::int64_t second_end = 0;
  {
    SharedCounter first(world);
    SharedCounter second(world);
    first.next();
    second.next();
    second.next();
    world.barrier();
    first_end = first.value();
    second_end = second.value();
    world.barrier();
  }
  BOOST_TEST(first_end == world.size());
  BOOST_TEST(second_end == 2 * world.size());
}

BOOST_AUTO_TEST_SUITE_END()
