#include "nn/schedule.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "fixtures/fixture.h"

using namespace epitaxy;
using nn::Schedule;
using nn::ScheduleKind;

BOOST_AUTO_TEST_SUITE(schedule_test)

// PyTorch counts steps: its peak is at step rise * steps - 1 and its end at step steps - 1. Ours is a function of the
// position, so each of its steps is looked up at the same share of the way up or down.
BOOST_AUTO_TEST_CASE(one_cycle_agrees_with_pytorch) {
  const auto json = test::fixture("one_cycle.json");
  for (const std::string name : {"default", "late_peak"}) {
    const auto& expected = json.at(name);
    Schedule schedule{.kind = ScheduleKind::one_cycle, .peak = expected.at("peak"), .epochs = 8};
    schedule.rise_fraction = expected.at("rise_fraction");
    const double last = expected.at("steps").get<double>() - 1;
    const double top = schedule.rise_fraction * expected.at("steps").get<double>() - 1;
    const double rise = schedule.rise_fraction * schedule.epochs;
    for (std::size_t step = 0; step < expected.at("rates").size(); ++step) {
      const auto s = static_cast<double>(step);
      const double position = s <= top ? rise * s / top : rise + (schedule.epochs - rise) * (s - top) / (last - top);
      BOOST_TEST(schedule.rate(position) == expected.at("rates")[step].get<double>(),
                 boost::test_tools::tolerance(1e-9));
    }
  }
}

BOOST_AUTO_TEST_CASE(one_cycle_starts_peaks_and_ends_where_it_should) {
  const Schedule schedule{.kind = ScheduleKind::one_cycle, .peak = 0.5, .epochs = 10};
  BOOST_TEST(schedule.rate(0) == 0.02, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(schedule.rate(1.5) == 0.26, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(schedule.rate(3) == 0.5, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(schedule.rate(6.5) == 0.250001, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(schedule.rate(10) == 2e-6, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(a_constant_rate_is_constant_after_its_warm_up) {
  const Schedule schedule{.kind = ScheduleKind::constant, .peak = 0.5, .warmup_epochs = 2, .epochs = 10};
  BOOST_TEST(schedule.rate(0) == 0.0);
  BOOST_TEST(schedule.rate(0.5) == 0.125);
  BOOST_TEST(schedule.rate(2) == 0.5);
  BOOST_TEST(schedule.rate(10) == 0.5);
  BOOST_TEST((Schedule{.peak = 0.5}.rate(0)) == 0.5);
}

BOOST_AUTO_TEST_CASE(steps_come_after_so_many_epochs_from_the_warm_up_on) {
  const Schedule schedule{
      .kind = ScheduleKind::step, .peak = 1, .warmup_epochs = 1, .step_epochs = 3, .step_factor = 0.5, .epochs = 10};
  BOOST_TEST(schedule.rate(0.25) == 0.25);
  BOOST_TEST(schedule.rate(1) == 1.0);
  BOOST_TEST(schedule.rate(3.999) == 1.0);
  BOOST_TEST(schedule.rate(4) == 0.5);
  BOOST_TEST(schedule.rate(7) == 0.25);
  BOOST_TEST(schedule.rate(10) == 0.125);
}

BOOST_AUTO_TEST_CASE(a_cosine_falls_from_the_peak_to_its_share) {
  const Schedule schedule{
      .kind = ScheduleKind::cosine, .peak = 1, .warmup_epochs = 2, .final_fraction = 0.1, .epochs = 10};
  BOOST_TEST(schedule.rate(1) == 0.5);
  BOOST_TEST(schedule.rate(2) == 1.0);
  BOOST_TEST(schedule.rate(6) == 0.55, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(schedule.rate(4) == 0.55 + 0.45 * std::sqrt(0.5), boost::test_tools::tolerance(1e-12));
  BOOST_TEST(schedule.rate(10) == 0.1, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(rates_are_finite_and_within_the_peak_from_start_to_end) {
  for (const ScheduleKind kind :
       {ScheduleKind::constant, ScheduleKind::step, ScheduleKind::cosine, ScheduleKind::one_cycle}) {
    for (const double warmup : {0.0, 0.5, 4.0}) {
      const Schedule schedule{.kind = kind, .peak = 0.3, .warmup_epochs = warmup, .epochs = 4};
      for (int i = 0; i <= 400; ++i) {
        const double rate = schedule.rate(i * 0.01);
        BOOST_TEST((std::isfinite(rate) && rate >= 0 && rate <= 0.3 * (1 + 1e-12)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(schedules_have_names) {
  BOOST_TEST((value_of<nn::ScheduleKind>("constant") == ScheduleKind::constant));
  BOOST_TEST((value_of<nn::ScheduleKind>("step") == ScheduleKind::step));
  BOOST_TEST((value_of<nn::ScheduleKind>("cosine") == ScheduleKind::cosine));
  BOOST_TEST((value_of<nn::ScheduleKind>("one_cycle") == ScheduleKind::one_cycle));
  BOOST_CHECK_THROW(value_of<nn::ScheduleKind>("linear"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
