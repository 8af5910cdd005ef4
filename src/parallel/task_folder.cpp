#include "parallel/task_folder.h"

#include <algorithm>
#include <random>
#include <utility>

#include "base/log.h"
#include "base/random.h"

namespace epitaxy::parallel {

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TaskFolder::TaskFolder(const Communicator& communicator, StopHandler& stop, TaskList tasks)
    : communicator_(communicator),
      tasks_(std::move(tasks)),
      farm_(communicator, stop),
      progress_(tasks_.name, tasks_.unit, static_cast<std::size_t>(communicator.size())) {
  for (std::size_t kind = 0; kind < tasks_.kinds.size(); ++kind) {
    tallies_.emplace_back(communicator);
  }
  const std::vector<TaskState> states = look_at_all();
  for (std::size_t task = 0; task < tasks_.count; ++task) {
    const auto& kind = tasks_.kinds.at(kind_of(task));
    const auto cost = static_cast<double>(cost_of(task));
    progress_.plan(kind, 1, cost);
    if (states[task] == TaskState::whole) {
      progress_.found(kind, 1, cost);
      continue;
    }
    if (states[task] == TaskState::damaged) {
      log::warning("{} is damaged: {}", tasks_.path(task).string(), tasks_.again);
    }
    missing_.push_back(task);
  }
  if (tasks_.shuffled) {
    const std::uint64_t seed = communicator_.broadcast(std::random_device()());
    RandomStream(seed, Purpose::shuffle).shuffle(std::span(missing_));
  }
  std::ranges::stable_partition(missing_, [&](std::size_t task) { return states[task] == TaskState::urgent; });
}

std::vector<TaskState> TaskFolder::look_at_all() const {
  const auto ranks = static_cast<std::size_t>(communicator_.size());
  const auto rank = static_cast<std::size_t>(communicator_.rank());
  std::size_t begin = tasks_.count * rank / ranks;
  std::size_t end = tasks_.count * (rank + 1) / ranks;
  if (tasks_.looked_at_by_root) {
    begin = 0;
    end = communicator_.is_root() ? tasks_.count : 0;
  }
  std::vector<TaskState> states;
  states.reserve(end - begin);
  communicator_.agree([&] {
    if (begin < end && tasks_.refresh) {
      tasks_.refresh();
    }
    for (std::size_t task = begin; task < end; ++task) {
      states.push_back(tasks_.look(task));
    }
  });
  return communicator_.all_gather(states);
}

TaskWork TaskFolder::run() {
  start_ = Clock::now();
  const std::size_t batches = (missing_.size() + tasks_.batch - 1) / tasks_.batch;
  const bool done = farm_.run(batches, [&](std::size_t i, const auto& stop) { return take(i * tasks_.batch, stop); });
  TaskWork work = so_far();
  work.done = done;
  if (work.computed > 0) {
    report();
  }
  return work;
}

bool TaskFolder::take(std::size_t first, const std::function<bool()>& stop) {
  if (stop()) {
    return false;
  }
  if (tasks_.refresh) {
    tasks_.refresh();
  }
  std::vector<std::size_t> batch;
  for (std::size_t i = first; i < std::min(first + tasks_.batch, missing_.size()); ++i) {
    const std::size_t task = missing_[i];
    if (tasks_.look(task) == TaskState::whole) {
      Tally& tally = tallies_[kind_of(task)];
      tally.found.next();
      tally.found_cost.add(cost_of(task));
    } else {
      batch.push_back(task);
    }
  }
  const bool all = batch.empty() || compute(batch, stop) == batch.size();
  report();
  return all;
}

std::size_t TaskFolder::compute(const std::vector<std::size_t>& batch, const std::function<bool()>& stop) {
  const auto start = Clock::now();
  const std::size_t done = tasks_.compute(batch, stop);
  const double seconds_each = seconds_since(start) / static_cast<double>(std::max<std::size_t>(done, 1));
  for (std::size_t i = 0; i < done; ++i) {
    Tally& tally = tallies_[kind_of(batch[i])];
    tally.jobs.next();
    tally.cost.add(cost_of(batch[i]));
    tally.microseconds.add(static_cast<std::int64_t>(1e6 * seconds_each));
  }
  return done;
}

void TaskFolder::report() {
  if (!communicator_.is_root()) {
    return;
  }
  for (std::size_t k = 0; k < tallies_.size(); ++k) {
    Tally& tally = tallies_[k];
    const std::int64_t found = tally.found.value() - tally.found_told;
    if (found > 0) {
      const std::int64_t cost = tally.found_cost.value() - tally.found_cost_told;
      progress_.found(tasks_.kinds[k], found, static_cast<double>(cost) / static_cast<double>(found));
      tally.found_told += found;
      tally.found_cost_told += cost;
    }
    progress_.did(tasks_.kinds[k], {tally.jobs.value(), static_cast<double>(tally.cost.value()),
                                    1e-6 * static_cast<double>(tally.microseconds.value())});
  }
  if (tasks_.report) {
    tasks_.report(progress_, so_far());
  }
}

TaskWork TaskFolder::so_far() {
  TaskWork work;
  work.missing = missing_.size();
  for (Tally& tally : tallies_) {
    work.computed += static_cast<std::size_t>(tally.jobs.value());
    work.cost += tally.cost.value();
  }
  work.seconds = seconds_since(start_);
  return work;
}

}  // namespace epitaxy::parallel
