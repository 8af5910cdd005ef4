#include "parallel/farm.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using parallel::Communicator;
using parallel::Farm;
using parallel::StopHandler;

BOOST_AUTO_TEST_SUITE(farm_test)

BOOST_AUTO_TEST_CASE(every_job_is_done_once) {
  const Communicator world = Communicator::world();
  StopHandler stop;
  Farm farm(world, stop);
  std::vector<double> done(23);
  const bool all = farm.run(done.size(), [&](std::size_t i, const auto&) {
    done[i] += 1;
    return true;
  });
  BOOST_TEST(all);
  const auto sums = world.sum(done);
  BOOST_TEST(sums == std::vector<double>(done.size(), 1.0), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_stop_that_one_rank_sees_ends_the_work_of_all) {
  const Communicator world = Communicator::world();
  test::TemporaryFolder folder;
  StopHandler stop;
  Farm farm(world, stop);
  if (world.rank() == world.size() - 1) {
    folder.write("STOP", "");
    stop.watch_file(folder.path() / "STOP");
  }
  std::int64_t began = 0;
  const bool all = farm.run(1000000, [&](std::size_t, const auto& stop_requested) {
    ++began;
    return !stop_requested();
  });
  BOOST_TEST(!all);
  BOOST_TEST(began < 1000000);
}

BOOST_AUTO_TEST_CASE(an_error_of_one_rank_is_thrown_on_all) {
  const Communicator world = Communicator::world();
  StopHandler stop;
  Farm farm(world, stop);
  BOOST_CHECK_THROW(farm.run(1000,
                             [&](std::size_t i, const auto& stop_requested) {
                               if (i == 3) {
                                 fail("job 3 is impossible");
                               }
                               return !stop_requested();
                             }),
                    Error);
}

BOOST_AUTO_TEST_SUITE_END()
