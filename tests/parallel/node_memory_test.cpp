#include "parallel/node_memory.h"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstdlib>

using namespace epitaxy::parallel;

BOOST_AUTO_TEST_SUITE(node_memory_test)

// The ranks of a test are all on one machine.
BOOST_AUTO_TEST_CASE(ranks_of_a_node_read_what_the_others_wrote) {
  const Communicator world = Communicator::world();
  const std::size_t size = 100 + 7 * static_cast<std::size_t>(world.rank());
  const NodeMemory memory(world, size, 33, Transport::shared_memory);
  BOOST_TEST(memory.nodes() == 1);
  BOOST_TEST(memory.members(0).size() == static_cast<std::size_t>(world.size()));
  BOOST_TEST(memory.is_leader() == world.is_root());
  for (std::size_t i = 0; i < size; ++i) {
    BOOST_TEST(memory.mine()[i] == 0.0f);
    memory.mine()[i] = static_cast<float>(world.rank() * 1000 + static_cast<int>(i));
  }
  if (memory.is_leader()) {
    for (std::size_t i = 0; i < 33; ++i) {
      memory.common()[i] = -static_cast<float>(i);
    }
  }
  memory.barrier();
  for (int r = 0; r < world.size(); ++r) {
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(memory.of(r)) % 64 == 0u);
    const std::size_t last = 99 + 7 * static_cast<std::size_t>(r);
    BOOST_TEST(memory.of(r)[last] == static_cast<float>(r * 1000 + static_cast<int>(last)));
  }
  BOOST_TEST(reinterpret_cast<std::uintptr_t>(memory.common()) % 64 == 0u);
  BOOST_TEST(memory.common()[32] == -32.0f);
  memory.barrier();
}

// /proc is a file system without space.
BOOST_AUTO_TEST_CASE(without_space_for_shared_memory_ranks_fall_back_to_messages) {
  const Communicator world = Communicator::world();
  setenv("OMPI_MCA_osc_sm_backing_directory", "/proc", 1);
  const NodeMemory memory(world, 100, 50, Transport::shared_memory);
  unsetenv("OMPI_MCA_osc_sm_backing_directory");
  BOOST_TEST(memory.nodes() == world.size());
  BOOST_TEST(memory.is_leader());
  memory.mine()[99] = 1;
  memory.barrier();
  BOOST_TEST(memory.common()[49] == 0.0f);
}

BOOST_AUTO_TEST_CASE(with_messages_every_rank_is_a_node_of_its_own) {
  const Communicator world = Communicator::world();
  const NodeMemory memory(world, 10, 5, Transport::messages);
  BOOST_TEST(memory.nodes() == world.size());
  BOOST_TEST(memory.is_leader());
  for (int r = 0; r < world.size(); ++r) {
    BOOST_TEST(memory.node_of(r) == r);
    BOOST_TEST((memory.of(r) != nullptr) == (r == world.rank()));
  }
  memory.mine()[9] = 1;
  BOOST_TEST(memory.common()[0] == 0.0f);
  BOOST_TEST(memory.common()[4] == 0.0f);
}

BOOST_AUTO_TEST_SUITE_END()
