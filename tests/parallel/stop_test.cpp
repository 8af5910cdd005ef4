#include "parallel/stop.h"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <string>
#include <thread>

#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace std::chrono_literals;
using parallel::StopHandler;

namespace {

/// A test outside Slurm whose signal handlers do not outlive it.
class Quiet {
 public:
  Quiet() {
    unsetenv("SLURM_JOB_END_TIME");
    for (std::size_t i = 0; i < std::size(kSignals); ++i) {
      sigaction(kSignals[i], nullptr, &before_[i]);
    }
  }
  ~Quiet() {
    unsetenv("SLURM_JOB_END_TIME");
    for (std::size_t i = 0; i < std::size(kSignals); ++i) {
      sigaction(kSignals[i], &before_[i], nullptr);
    }
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

  static constexpr int kSignals[] = {SIGUSR1, SIGTERM, SIGINT};

 private:
  struct sigaction before_[3]{};
};

void set_slurm_end(long seconds_from_now) {
  setenv("SLURM_JOB_END_TIME", std::to_string(std::time(nullptr) + seconds_from_now).c_str(), 1);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stop_test, Quiet)

BOOST_AUTO_TEST_CASE(without_a_reason_there_is_no_stop) {
  StopHandler stop;
  BOOST_TEST(!stop.requested());
  BOOST_TEST(stop.reason() == "another rank");
}

BOOST_AUTO_TEST_CASE(signals_ask_for_a_stop_and_are_named) {
  const std::string names[] = {"signal USR1", "signal TERM", "signal INT"};
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    StopHandler stop;
    BOOST_TEST(!stop.requested());
    std::raise(kSignals[i]);
    BOOST_TEST(stop.requested());
    BOOST_TEST(stop.requested());
    BOOST_TEST(stop.reason() == names[i]);
  }
}

BOOST_AUTO_TEST_CASE(a_new_handler_forgets_earlier_signals) {
  const StopHandler first;
  std::raise(SIGUSR1);
  StopHandler second;
  BOOST_TEST(!second.requested());
}

BOOST_AUTO_TEST_CASE(the_budget_runs_out) {
  StopHandler stop(0.05);
  BOOST_TEST(!StopHandler(3600).requested());
  std::this_thread::sleep_for(80ms);
  BOOST_TEST(stop.requested());
  BOOST_TEST(stop.reason() == "the wall-time budget of 0.1 s");
  stop.set_budget(1800);
  BOOST_TEST(!stop.requested());
  stop.set_budget(0);
  BOOST_TEST(stop.requested());
  stop.set_budget(std::nullopt);
  BOOST_TEST(!stop.requested());
}

BOOST_AUTO_TEST_CASE(a_file_asks_for_a_stop) {
  const test::TemporaryFolder folder;
  StopHandler stop;
  stop.watch_file(folder / "STOP");
  BOOST_TEST(!stop.requested());
  folder.write("STOP", "");
  const auto limit = std::chrono::steady_clock::now() + 5s;
  while (!stop.requested() && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(20ms);
  }
  BOOST_TEST(stop.requested());
  BOOST_TEST(stop.reason() == "the file " + (folder / "STOP").string());
  stop.watch_file(folder / "OTHER");
  BOOST_TEST(!stop.requested());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_already_there_is_seen_at_once) {
  const test::TemporaryFolder folder;
  StopHandler stop;
  stop.watch_file(folder.write("STOP", ""));
  BOOST_TEST(stop.requested());
}

BOOST_AUTO_TEST_CASE(the_end_of_a_slurm_job_comes_with_time_to_write_a_checkpoint) {
  set_slurm_end(3600);
  BOOST_TEST(!StopHandler().requested());
  set_slurm_end(5);
  StopHandler stop;
  BOOST_TEST(stop.requested());
  BOOST_TEST(stop.reason() == "the end of the Slurm job");
}

BOOST_AUTO_TEST_CASE(the_earlier_of_budget_and_slurm_counts) {
  set_slurm_end(3600);
  StopHandler budget_first(0);
  BOOST_TEST(budget_first.requested());
  BOOST_TEST(budget_first.reason().starts_with("the wall-time budget"));
  set_slurm_end(5);
  StopHandler slurm_first(3600);
  BOOST_TEST(slurm_first.requested());
  BOOST_TEST(slurm_first.reason() == "the end of the Slurm job");
}

BOOST_AUTO_TEST_CASE(the_time_left_in_slurm_is_read_from_its_variable) {
  BOOST_TEST(!parallel::seconds_until_slurm_end().has_value());
  set_slurm_end(100);
  BOOST_TEST(parallel::seconds_until_slurm_end().value_or(0) >= 98);
  BOOST_TEST(parallel::seconds_until_slurm_end().value_or(0) <= 100);
  setenv("SLURM_JOB_END_TIME", "soon", 1);
  BOOST_TEST(!parallel::seconds_until_slurm_end().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
