#include "base/progress.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "base/file.h"
#include "base/log.h"
#include "captured_output.h"

using namespace epitaxy;
using Json = nlohmann::json;

namespace {

struct Watched : CapturedOutput {
  std::filesystem::path file = path / "progress.json";
  double now = 100;
  log::ProgressClock clock = [this] { return now; };

  Watched() : CapturedOutput("epitaxy_progress_test") {}
  ~Watched() {
    caught([] { log::close_progress(log::StageEnd::done); });
  }

  Json written() const { return Json::parse(file::read(file)); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(progress_test, Watched)

BOOST_AUTO_TEST_CASE(of_one_thing_after_another_the_time_left_goes_by_what_was_done_in_this_run) {
  log::Progress progress("", "step", 1, clock);
  progress.plan("", 100);
  progress.found("", 40);
  BOOST_TEST(progress.done() == 40);
  BOOST_TEST(progress.total() == 100);
  BOOST_TEST(!progress.seconds_left());
  now += 20;
  const auto [out, err] = caught([&] { progress.reached(50); });
  BOOST_TEST(progress.seconds() == 20);
  BOOST_TEST(progress.seconds_left().value() == 100);
  now += 30;
  BOOST_TEST(progress.seconds_left().value() == 70);
  now += 300;
  BOOST_TEST(progress.seconds_left().value() == 0);
}

BOOST_AUTO_TEST_CASE(each_kind_of_job_has_its_own_seconds_per_cost) {
  log::Progress progress("", "job", 1, clock);
  progress.plan("ridge", 10, 100);
  progress.plan("forest", 10, 100);
  progress.did("ridge", {2, 200, 4});
  BOOST_TEST(progress.seconds_left().value() == 8 * 2 + 10 * 2);  // the forest borrows from the ridge
  progress.did("forest", {1, 100, 50});
  BOOST_TEST(progress.seconds_left().value() == 8 * 2 + 9 * 50);
  progress.did("ridge", {10, 1000, 20});
  BOOST_TEST(progress.seconds_left().value() == 9 * 50);
  progress.did("forest", {10, 1000, 500});
  BOOST_TEST(progress.seconds_left().value() == 0);
}

BOOST_AUTO_TEST_CASE(cheap_first_jobs_say_nothing_of_expensive_ones) {
  log::Progress progress("", "job", 1, clock);
  progress.plan("line", 5, 1);
  progress.plan("network", 40, 10'000);
  progress.plan("forest", 10, 100'000);
  progress.did("line", {5, 5, 10});  // by these alone, the others would take 32 days
  BOOST_TEST(!progress.seconds_left());
  progress.did("network", {1, 10'000, 60});
  BOOST_TEST(progress.seconds_left().value() == 39 * 60 + 10 * 600, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(expensive_jobs_say_something_of_cheap_ones) {
  log::Progress progress("", "job", 1, clock);
  progress.plan("line", 5, 1);
  progress.plan("network", 2, 1000);
  progress.did("network", {1, 1000, 60});
  BOOST_TEST(progress.seconds_left().value() == 60 + 5 * 0.06, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(several_workers_share_what_is_left_but_not_a_single_job) {
  log::Progress progress("", "job", 4, clock);
  progress.plan("small", 48, 1);
  progress.plan("large", 1, 10);
  progress.did("small", {40, 40, 40});
  BOOST_TEST(progress.seconds_left().value() == 10);  // of the large one; the work alone would be 18 s for 4 workers
  progress.plan("small", 1000, 1);
  BOOST_TEST(progress.seconds_left().value() == 1018 / 4.0);
}

BOOST_AUTO_TEST_CASE(jobs_of_an_earlier_run_count_as_done_and_teach_nothing) {
  log::Progress progress("", "job", 1, clock);
  progress.plan("a", 10, 3);
  progress.found("a", 6, 3);
  BOOST_TEST(progress.done() == 6);
  BOOST_TEST(!progress.seconds_left());
  progress.did("a", {1, 3, 7});
  BOOST_TEST(progress.done() == 7);
  BOOST_TEST(progress.seconds_left().value() == 21);
}

BOOST_AUTO_TEST_CASE(nothing_is_left_where_nothing_was_missing) {
  log::Progress progress("", "job", 1, clock);
  progress.plan("a", 3);
  progress.found("a", 3);
  BOOST_TEST(progress.seconds_left().value() == 0);
}

BOOST_AUTO_TEST_CASE(lines_tell_what_is_counted_a_note_and_the_time_left_and_the_end_once) {
  const auto [out, err] = caught([this] {
    log::Progress progress("GFN2-xTB", "candidate", 1, clock);
    progress.plan("", 4);
    log::progress_line("ends the pause between lines", true);
    now += 10;
    progress.reached(1, "0.1 per s");
    progress.reached(2);  // too early for another line
    now += 30;
    progress.reached(4);
    progress.reached(4);
  });
  BOOST_TEST(out ==
             "ends the pause between lines\n"
             "GFN2-xTB: candidate 1 of 4, 0.1 per s, about 30.0 s left\n"
             "GFN2-xTB: candidate 4 of 4\n");
}

BOOST_AUTO_TEST_CASE(news_end_in_the_time_left_when_it_is_known) {
  const auto [out, err] = caught([this] {
    log::Progress progress("", "job", 1, clock);
    progress.plan("a", 2);
    progress.news("none is done");
    progress.did("a", {1, 1, 90});
    progress.news("a1: MAE 0.1");
    progress.did("a", {2, 2, 180});
    progress.news("a2: MAE 0.2");
  });
  BOOST_TEST(out == "none is done\na1: MAE 0.1; about 1 min 30 s left\na2: MAE 0.2\n");
}

BOOST_AUTO_TEST_CASE(the_file_says_how_far_a_stage_is) {
  caught([this] {
    log::open_progress(file, "pretrain");
    BOOST_TEST(written()["stage"] == "pretrain");
    BOOST_TEST(written()["state"] == "running");
    BOOST_TEST(!written().contains("done"));
    log::Progress progress("training", "step", 1, clock);
    progress.plan("", 10);
    progress.tell();
    BOOST_TEST(written()["part"] == "training");
    BOOST_TEST(written()["unit"] == "step");
    BOOST_TEST(written()["done"] == 0);
    BOOST_TEST(written()["total"] == 10);
    BOOST_TEST(!written().contains("seconds_left"));
    now += 11;
    progress.reached(1);
    BOOST_TEST(written()["done"] == 1);
    BOOST_TEST(written()["seconds"] == 11);
    BOOST_TEST(written()["seconds_left"] == 99);
    BOOST_TEST(written()["time"].get<std::string>().size() == std::string("2026-01-31T12:00:00Z").size());
  });
}

BOOST_AUTO_TEST_CASE(the_file_is_written_every_ten_seconds_and_at_the_end) {
  caught([this] {
    log::open_progress(file, "pretrain");
    {
      log::Progress progress("training", "step", 1, clock);
      progress.plan("", 10);
      progress.reached(1);
      now += 9;
      progress.reached(2);
      BOOST_TEST(written()["done"] == 1);
      now += 1;
      progress.reached(3);
      BOOST_TEST(written()["done"] == 3);
      progress.reached(4);
      BOOST_TEST(written()["done"] == 3);
    }
    log::close_progress(log::StageEnd::stopped);
  });
  BOOST_TEST(written()["state"] == "stopped");
  BOOST_TEST(written()["done"] == 4);
  BOOST_TEST(written()["seconds_left"] == 15);
}

BOOST_AUTO_TEST_CASE(of_a_stage_that_is_done_nothing_is_left) {
  caught([this] {
    log::open_progress(file, "finetune");
    {
      log::Progress progress("", "job", 1, clock);
      progress.plan("", 5);
      progress.reached(3);
    }
    log::close_progress(log::StageEnd::done);
  });
  BOOST_TEST(written()["state"] == "done");
  BOOST_TEST(written()["seconds_left"] == 0);
}

BOOST_AUTO_TEST_CASE(the_steps_of_a_job_keep_the_file_of_its_stage_fresh_and_do_not_end_its_lines) {
  const auto [out, err] = caught([this] {
    log::open_progress(file, "finetune");
    log::Progress jobs("", "job", 1, clock);
    jobs.plan("", 2);
    jobs.reached(0);
    jobs.did("", {1, 1, 60});
    log::Progress steps("job-1", "step", 1, clock);
    steps.plan("", 3);
    log::progress_line("ends the pause between lines", true);
    steps.reached(1);
    now += 20;
    steps.reached(3);
    BOOST_TEST(written()["unit"] == "job");
    BOOST_TEST(written()["done"] == 1);
    BOOST_TEST(written()["seconds_left"] == 40);
  });
  BOOST_TEST(out.ends_with("ends the pause between lines\njob-1: step 1 of 3, about 0.0 s left\n"));
}

BOOST_AUTO_TEST_CASE(parts_of_a_stage_follow_one_another_in_the_file) {
  caught([this] {
    log::open_progress(file, "sample");
    {
      log::Progress blocks("", "block", 1, clock);
      blocks.plan("", 1);
      blocks.reached(1);
    }
    log::Progress collecting("collecting", "block", 1, clock);
    collecting.plan("", 7);
    collecting.tell();
  });
  BOOST_TEST(written()["part"] == "collecting");
  BOOST_TEST(written()["total"] == 7);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_is_warned_of_once_and_ends_nothing) {
  const auto [out, err] = caught([this] {
    log::open_progress("/proc/self/progress.json", "pretrain");
    log::Progress progress("", "step", 1, clock);
    progress.plan("", 3);
    progress.reached(1);
    now += 60;
    progress.reached(2);
    log::close_progress(log::StageEnd::done);
  });
  BOOST_TEST(err.starts_with("warning: "));
  BOOST_TEST(err.find("/proc/self/progress.json") != std::string::npos);
  BOOST_TEST(err.find("warning", 1) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_an_open_file_none_is_written) {
  caught([this] {
    log::Progress progress("", "step", 1, clock);
    progress.plan("", 3);
    progress.reached(3);
    log::close_progress(log::StageEnd::done);
  });
  BOOST_TEST(!std::filesystem::exists(file));
}

BOOST_AUTO_TEST_SUITE_END()
