#include "parallel/task_folder.h"

#include <algorithm>
#include <random>
#include <utility>

#include "base/log.h"
#include "base/random.h"

namespace epitaxy::parallel {

TaskFolder::TaskFolder(const Communicator& communicator, StopHandler& stop, TaskList tasks)
    : communicator_(communicator),
      tasks_(std::move(tasks)),
      farm_(communicator, stop),
      computed_(communicator),
      cost_(communicator) {
  const std::vector<TaskState> states = look_at_all();
  for (std::size_t task = 0; task < tasks_.count; ++task) {
    if (states[task] == TaskState::damaged) {
      log::warning("{} is damaged: {}", tasks_.path(task).string(), tasks_.again);
    }
    if (states[task] != TaskState::whole) {
      missing_.push_back(task);
      missing_cost_ += cost_of(task);
    }
  }
  if (tasks_.shuffled) {
    const auto seed = communicator_.broadcast(static_cast<std::uint64_t>(std::random_device()()));
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
  return communicator_.all_gather(std::span<const TaskState>(states));
}

TaskWork TaskFolder::run() {
  start_ = Clock::now();
  TaskWork work;
  work.missing = missing_.size();
  const std::size_t batches = (missing_.size() + tasks_.batch - 1) / tasks_.batch;
  work.done = farm_.run(batches, [&](std::size_t i, const auto& stop) { return take(i * tasks_.batch, stop); });
  work.computed = static_cast<std::size_t>(computed_.value());
  work.cost = cost_.value();
  work.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  return work;
}

bool TaskFolder::take(std::size_t first, const std::function<bool()>& stop) {
  if (stop()) {
    return false;
  }
  if (tasks_.refresh) {
    tasks_.refresh();
  }
  const std::size_t end = std::min(first + tasks_.batch, missing_.size());
  std::vector<std::size_t> batch(missing_.begin() + static_cast<std::ptrdiff_t>(first),
                                 missing_.begin() + static_cast<std::ptrdiff_t>(end));
  std::erase_if(batch, [&](std::size_t task) { return tasks_.look(task) == TaskState::whole; });
  const std::size_t done = batch.empty() ? 0 : tasks_.compute(batch, stop);
  computed_.add(static_cast<std::int64_t>(done));
  for (std::size_t i = 0; i < done; ++i) {
    cost_.add(cost_of(batch[i]));
  }
  if (done < batch.size()) {
    return false;
  }
  report(end);
  return true;
}

void TaskFolder::report(std::size_t taken) {
  if (!communicator_.is_root() || !tasks_.report) {
    return;
  }
  for (; taken_ < taken; ++taken_) {
    taken_cost_ += cost_of(missing_[taken_]);
  }
  tasks_.report({.taken = taken,
                 .missing = missing_.size(),
                 .cost = cost_.value(),
                 .seconds = std::chrono::duration<double>(Clock::now() - start_).count(),
                 .share = static_cast<double>(taken_cost_) / static_cast<double>(missing_cost_)});
}

}  // namespace epitaxy::parallel
