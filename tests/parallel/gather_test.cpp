#include "parallel/gather.h"

#include <boost/test/unit_test.hpp>

using epitaxy::parallel::Communicator;
using epitaxy::parallel::gather_texts;

BOOST_AUTO_TEST_SUITE(gather)

BOOST_AUTO_TEST_CASE(texts_of_all_ranks_arrive_in_order) {
  const Communicator world = Communicator::world();
  // Rank 0 gives an empty text, others more and more, with zero bytes.
  const auto text = [](int rank) {
    return std::string(static_cast<std::size_t>(rank) * 100000, 'a') + (rank == 0 ? "" : std::string("\0z", 2));
  };
  const auto all = gather_texts(world, text(world.rank()));
  if (!world.is_root()) {
    BOOST_TEST(all.empty());
    return;
  }
  BOOST_REQUIRE(all.size() == static_cast<std::size_t>(world.size()));
  for (int rank = 0; rank < world.size(); ++rank) {
    BOOST_TEST((all[rank] == text(rank)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
