#include "train/performance.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace epitaxy;
using train::Performance;
using train::TrainingTimes;

namespace {

/// Ten steps of 100 rows that took 2 + 3 + 5 s with 4e9 operations; validation and checkpoints are not steps.
TrainingTimes times() {
  TrainingTimes t;
  t.forward = 2;
  t.backward = 3;
  t.exposed = 5;
  t.validation = 7;
  t.checkpoint = 11;
  t.rows = 1000;
  t.steps = 10;
  t.flops = 4e9;
  t.bytes = 20;
  return t;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(performance_test)

BOOST_AUTO_TEST_CASE(rates_by_hand) {
  TrainingTimes slower = times();
  slower.exposed = 15;
  const Performance performance{{times(), slower}, {0.8, 0.4}};
  // Two ranks with 1000 rows each in a mean of 15 s.
  BOOST_TEST(performance.samples_per_second() == 2000.0 / 15.0, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(performance.gflops() == 4.0 / 15.0, boost::test_tools::tolerance(1e-12));
  const auto json = train::to_json(performance);
  BOOST_TEST(json.at("ranks") == 2);
  BOOST_TEST(json.at("step_ms").get<double>() == 1500.0, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(json.at("products_gflops_per_rank").get<double>() == 0.6, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(json.at("bytes_sent_per_step_and_rank") == 2.0);
  BOOST_TEST(json.at("seconds_by_rank").at("reduction_exposed")[1] == 15.0);
  BOOST_TEST(json.at("seconds_by_rank").at("checkpoint")[0] == 11.0);
}

BOOST_AUTO_TEST_CASE(a_run_without_steps_has_no_rates) {
  const auto json = train::to_json({{TrainingTimes{}}, {0}});
  BOOST_TEST(json.at("steps") == 0);
  BOOST_TEST(!json.contains("samples_per_s"));
}

BOOST_AUTO_TEST_CASE(every_rank_learns_the_times_of_all) {
  const auto world = parallel::Communicator::world();
  TrainingTimes mine;
  mine.data = world.rank();
  mine.steps = 3;
  const Performance performance = train::gather_performance(world, mine, 10.0 * world.rank());
  BOOST_TEST(performance.ranks.size() == static_cast<std::size_t>(world.size()));
  for (int r = 0; r < world.size(); ++r) {
    BOOST_TEST(performance.ranks[r].data == r);
    BOOST_TEST(performance.ranks[r].steps == 3);
    BOOST_TEST(performance.products[r] == 10.0 * r);
  }
}

BOOST_AUTO_TEST_SUITE_END()
