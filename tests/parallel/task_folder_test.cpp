#include "parallel/task_folder.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <numeric>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/progress.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using parallel::Communicator;
using parallel::StopHandler;
using parallel::TaskFolder;
using parallel::TaskList;
using parallel::TaskState;
using parallel::TaskWork;
using test::says;
namespace fs = std::filesystem;

namespace {

/// One folder for all ranks, and tasks whose results are texts.
struct Case {
  Communicator world = Communicator::world();
  test::TemporaryFolder own;
  fs::path folder{world.broadcast(own.path().string())};
  StopHandler stop;
  std::vector<std::size_t> computed;  ///< By this rank, in its order.

  Case() { world.barrier(); }
  ~Case() { world.barrier(); }

  fs::path path(std::size_t task) const { return folder / std::to_string(task); }
  static std::string result(std::size_t task) { return fmt::format("the result of task {}", task); }

  TaskState look(std::size_t task) const {
    if (!fs::exists(path(task))) {
      return TaskState::missing;
    }
    const std::string content = file::read(path(task));
    if (content == "somebody else's") {
      fail_input("{} belongs to somebody else", path(task).string());
    }
    return content == result(task) ? TaskState::whole : TaskState::damaged;
  }

  TaskList list(std::size_t count) {
    TaskList tasks;
    tasks.count = count;
    tasks.path = [this](std::size_t task) { return path(task); };
    tasks.look = [this](std::size_t task) { return look(task); };
    tasks.compute = [this](std::span<const std::size_t> batch, const auto&) {
      for (const std::size_t task : batch) {
        file::write_atomically(path(task), result(task));
        computed.push_back(task);
      }
      return batch.size();
    };
    return tasks;
  }

  TaskWork run(TaskList tasks) { return TaskFolder(world, stop, std::move(tasks)).run(); }

  std::vector<std::size_t> computed_by_all() const {
    std::vector<std::size_t> all = world.all_gather(computed);
    std::ranges::sort(all);
    return all;
  }

  /// Collective.
  void check_results(std::size_t count) const {
    world.barrier();
    for (std::size_t task = 0; task < count; ++task) {
      BOOST_TEST((look(task) == TaskState::whole), "task " << task);
    }
    const auto entries = std::distance(fs::directory_iterator(folder), fs::directory_iterator());
    BOOST_TEST(entries == static_cast<std::ptrdiff_t>(count));  // and nothing else
    world.barrier();
  }

  void write(std::size_t task, std::string_view content) const {
    world.on_root([&] { file::write_atomically(path(task), content); });
  }
};

std::vector<std::size_t> numbers(std::size_t count) {
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(task_folder_test, Case)

BOOST_AUTO_TEST_CASE(what_is_missing_is_computed_once_and_what_is_there_is_not) {
  const TaskWork first = run(list(20));
  BOOST_TEST(first.done);
  BOOST_TEST(first.missing == 20U);
  BOOST_TEST(first.computed == 20U);
  BOOST_TEST(computed_by_all() == numbers(20), boost::test_tools::per_element());
  check_results(20);
  world.on_root([&] {
    fs::remove(path(3));
    fs::remove(path(17));
  });
  computed.clear();
  const TaskWork second = run(list(23));
  BOOST_TEST(second.missing == 5U);
  BOOST_TEST(second.computed == 5U);
  const std::vector<std::size_t> expected{3, 17, 20, 21, 22};
  BOOST_TEST(computed_by_all() == expected, boost::test_tools::per_element());
  check_results(23);
  const TaskWork third = run(list(23));
  BOOST_TEST(third.done);
  BOOST_TEST(third.missing == 0U);
  BOOST_TEST(run(list(0)).done);
}

BOOST_AUTO_TEST_CASE(damaged_results_are_computed_again_with_a_warning) {
  for (const bool by_root : {false, true}) {
    run(list(12));
    write(2, "the result of");
    write(11, "");
    test::TemporaryFolder log;
    log::open_file(log / "log.txt");
    TaskList tasks = list(12);
    tasks.looked_at_by_root = by_root;
    tasks.again = "it is brewed again";
    const TaskWork work = run(tasks);
    log::close_file();
    BOOST_TEST(work.missing == 2U);
    BOOST_TEST(work.computed == 2U);
    for (const std::size_t task : {2U, 11U}) {
      BOOST_TEST(test::read_file(log / "log.txt").find(path(task).string() + " is damaged: it is brewed again\n") !=
                 std::string::npos);
    }
    check_results(12);
  }
}

BOOST_AUTO_TEST_CASE(a_result_of_somebody_else_is_refused_before_anything_is_computed) {
  write(9, "somebody else's");
  BOOST_CHECK_EXCEPTION(run(list(12)), InputError, says("9 belongs to somebody else"));
  BOOST_TEST(computed.empty());
}

BOOST_AUTO_TEST_CASE(a_stop_ends_at_a_batch_and_the_rest_follows) {
  TaskList tasks = list(64);
  const auto compute = tasks.compute;
  tasks.compute = [&](std::span<const std::size_t> batch, const auto& question) {
    ::raise(SIGUSR1);
    return compute(batch, question);
  };
  const TaskWork stopped = run(tasks);
  BOOST_TEST(!stopped.done);
  BOOST_TEST(stopped.computed >= 1U);
  BOOST_TEST(stopped.computed <= static_cast<std::size_t>(world.size()));
  const StopHandler fresh;  // forgets the signal
  const TaskWork rest = run(list(64));
  BOOST_TEST(rest.done);
  BOOST_TEST(rest.computed == 64 - stopped.computed);
  BOOST_TEST(computed_by_all() == numbers(64), boost::test_tools::per_element());
  check_results(64);
}

BOOST_AUTO_TEST_CASE(a_stop_within_a_batch_keeps_what_was_done_of_it) {
  TaskList tasks = list(64);
  tasks.batch = 8;
  tasks.compute = [&](std::span<const std::size_t> batch, const auto& question) {
    std::size_t done = 0;
    for (; done < batch.size() && !question(); ++done) {
      file::write_atomically(path(batch[done]), result(batch[done]));
      computed.push_back(batch[done]);
      if (done == 2) {
        ::raise(SIGUSR1);
      }
    }
    return done;
  };
  const TaskWork stopped = run(tasks);
  BOOST_TEST(!stopped.done);
  BOOST_TEST(stopped.computed == computed_by_all().size());
  BOOST_TEST(stopped.cost == static_cast<std::int64_t>(stopped.computed));
  BOOST_TEST(stopped.computed >= 3U);
  BOOST_TEST(stopped.computed < 64U);
  const StopHandler fresh;
  BOOST_TEST(run(list(64)).computed == 64 - stopped.computed);
  check_results(64);
}

BOOST_AUTO_TEST_CASE(an_error_of_one_task_ends_all_ranks_and_the_rest_follows) {
  TaskList tasks = list(30);
  const auto compute = tasks.compute;
  tasks.compute = [&](std::span<const std::size_t> batch, const auto& question) {
    if (batch.front() == 11) {
      fail("task 11 is impossible");
    }
    return compute(batch, question);
  };
  BOOST_CHECK_EXCEPTION(run(tasks), Error, says("task 11 is impossible"));
  BOOST_TEST(!fs::exists(path(11)));
  world.barrier();
  BOOST_TEST(run(list(30)).done);
  check_results(30);
}

BOOST_AUTO_TEST_CASE(results_that_another_program_adds_meanwhile_are_left_to_it) {
  for (const std::size_t batch : {1U, 4U}) {
    TaskList tasks = list(40);
    tasks.batch = batch;
    tasks.shuffled = true;
    bool first = true;
    const auto compute = tasks.compute;
    tasks.compute = [&](std::span<const std::size_t> taken, const auto& question) {
      if (std::exchange(first, false) && world.is_root()) {
        StopHandler own_stop;
        TaskList others = list(40);
        others.shuffled = true;
        BOOST_TEST(TaskFolder(Communicator::self(), own_stop, std::move(others)).run().done);
      }
      return compute(taken, question);
    };
    const TaskWork work = run(tasks);
    BOOST_TEST(work.done);
    BOOST_TEST(work.missing == 40U);
    if (world.size() == 1) {
      BOOST_TEST(work.computed == batch);  // what it was at when the other one did everything
    }
    check_results(40);
    world.on_root([&] {
      for (std::size_t task = 0; task < 40; ++task) {
        fs::remove(path(task));
      }
    });
  }
}

BOOST_AUTO_TEST_CASE(each_rank_may_be_a_program_of_its_own) {
  TaskList tasks = list(100);
  tasks.shuffled = true;
  const TaskWork work = TaskFolder(Communicator::self(), stop, std::move(tasks)).run();
  BOOST_TEST(work.done);
  BOOST_TEST(work.computed == computed.size());
  check_results(100);
  const std::vector<std::size_t> all = computed_by_all();
  const std::set<std::size_t> distinct(all.begin(), all.end());
  BOOST_TEST(distinct.size() == 100U);
  BOOST_TEST(all.size() < 100U * static_cast<std::size_t>(world.size()) + (world.size() == 1 ? 1 : 0));
}

BOOST_AUTO_TEST_CASE(each_program_has_an_order_of_its_own_that_does_not_change_results) {
  const auto order_of = [&](bool shuffled) {
    computed.clear();
    TaskList tasks = list(50);
    tasks.shuffled = shuffled;
    tasks.look = [](std::size_t) { return TaskState::missing; };
    StopHandler own_stop;
    if (world.is_root()) {
      TaskFolder(Communicator::self(), own_stop, std::move(tasks)).run();
    }
    check_results(50);
    return computed;
  };
  const auto fixed = order_of(false);
  const auto one = order_of(true);
  const auto other = order_of(true);
  if (world.is_root()) {
    BOOST_TEST((fixed == numbers(50)));
    BOOST_TEST((one != fixed && other != fixed && one != other));
  }
}

BOOST_AUTO_TEST_CASE(urgent_tasks_come_first) {
  TaskList tasks = list(40);
  tasks.shuffled = true;
  const auto look = tasks.look;
  tasks.look = [&](std::size_t task) { return task % 10 == 7 ? TaskState::urgent : look(task); };
  if (world.is_root()) {
    StopHandler own_stop;
    BOOST_TEST(TaskFolder(Communicator::self(), own_stop, std::move(tasks)).run().computed == 40U);
    std::sort(computed.begin(), computed.begin() + 4);
    const std::vector<std::size_t> expected{7, 17, 27, 37};
    BOOST_TEST(std::vector(computed.begin(), computed.begin() + 4) == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(only_what_looks_at_results_is_told_to_notice_new_ones) {
  std::size_t refreshed = 0;
  TaskList tasks = list(12);
  tasks.batch = 4;
  tasks.looked_at_by_root = true;
  tasks.refresh = [&] { ++refreshed; };
  TaskFolder tasks_of_all(world, stop, std::move(tasks));
  BOOST_TEST(refreshed == (world.is_root() ? 1U : 0U));
  BOOST_TEST(tasks_of_all.missing() == 12U);
  tasks_of_all.run();
  const std::vector<std::size_t> all = world.all_gather(refreshed);
  BOOST_TEST(std::accumulate(all.begin(), all.end(), std::size_t{0}) ==
             4U);  // once at the start and for each of three batches
}

BOOST_AUTO_TEST_CASE(progress_counts_what_all_ranks_and_other_programs_did) {
  run(list(3));
  world.barrier();
  std::int64_t done = 0;
  std::int64_t cost = 0;
  TaskList tasks = list(10);
  tasks.kinds = {"even", "odd"};
  tasks.kind = [](std::size_t task) { return task % 2; };
  tasks.cost = [](std::size_t task) { return static_cast<std::int64_t>(1 + task); };
  const auto compute = tasks.compute;
  tasks.compute = [&](std::span<const std::size_t> batch, const auto& question) {
    if (world.size() == 1 && batch.front() == 4) {
      write(8, result(8));  // by another program
    }
    return compute(batch, question);
  };
  tasks.report = [&](log::Progress& progress, const TaskWork& work) {
    BOOST_TEST(progress.total() == 10);
    BOOST_TEST(progress.done() > 3);
    BOOST_TEST(progress.done() >= done);
    BOOST_TEST(work.cost >= cost);
    BOOST_TEST((progress.done() == 10 || progress.seconds_left().value_or(0) >= 0));
    done = progress.done();
    cost = work.cost;
  };
  const TaskWork work = run(tasks);
  BOOST_TEST(done == (world.is_root() ? 10 : 0));
  BOOST_TEST(work.computed == (world.size() == 1 ? 6U : 7U));
  BOOST_TEST(work.cost == (world.size() == 1 ? 40 : 49));  // 4 + ... + 10, without 9
  if (world.is_root()) {
    BOOST_TEST(cost == work.cost);
  }
}

BOOST_AUTO_TEST_SUITE_END()
