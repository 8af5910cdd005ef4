#pragma once
/// \file
/// Tasks whose results are files: what is missing or damaged is found, computed on free ranks and written, so that what
/// was stopped or killed goes on where it was.
///
/// Several programs may work in one folder, and know nothing of each other. Each takes the missing tasks in a random
/// order of its own and looks again before it computes one; should two compute the same task, an equal result replaces
/// the first.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "parallel/communicator.h"
#include "parallel/farm.h"
#include "parallel/shared_counter.h"
#include "parallel/stop.h"

namespace epitaxy::parallel {

/// The result of a task as it is on disk.
enum class TaskState : std::uint8_t {
  whole,
  missing,  ///< Or of other settings: it is replaced.
  damaged,  ///< Computed again, with a warning.
  urgent    ///< Missing, and computed before all others.
};

/// What one program did.
struct TaskWork {
  bool done = false;         ///< Every task has its result.
  std::size_t missing = 0;   ///< Tasks without a whole result at the start.
  std::size_t computed = 0;  ///< The others came from another program, or were left undone.
  std::int64_t cost = 0;     ///< Of those that were computed.
  double seconds = 0;
};

/// Tasks by number. They are described by functions, so that a list takes no memory.
struct TaskList {
  std::size_t count = 0;
  std::size_t batch = 1;           ///< Tasks that a rank takes at once.
  bool shuffled = false;           ///< In a random order that is this program's own: for folders that several work in.
  bool looked_at_by_root = false;  ///< At the start; otherwise each rank looks at its share.
  std::string again = "it is computed again";  ///< What becomes of a damaged result, for people.
  std::string name;                            ///< Of the whole, for people; may be empty.
  std::string unit = "task";                   ///< What a task is, in the singular.

  /// The file of a result, for people.
  std::function<std::filesystem::path(std::size_t task)> path;
  /// Throws what ends all ranks, such as InputError for a result that belongs to somebody else.
  std::function<TaskState(std::size_t task)> look;
  /// Before several looks, on the rank that looks: notices what other programs have written. May be empty.
  std::function<void()> refresh;
  /// In a unit of the user's choice, above zero; 1 where there is no function.
  std::function<std::int64_t(std::size_t task)> cost;
  /// Tasks of which a unit of cost may take other times are of other kinds.
  std::vector<std::string> kinds{""};
  std::function<std::size_t(std::size_t task)> kind;  ///< Index of `kinds`; 0 where there is no function.
  /// Computes tasks and writes their results atomically. Returns how many were done, from the first on: fewer than
  /// given only when `stop` said so. Throws what ends all ranks.
  std::function<std::size_t(std::span<const std::size_t> tasks, const std::function<bool()>& stop)> compute;
  /// Tells how far it is, on rank 0 after each batch of its own and at the end. May be empty.
  std::function<void(log::Progress& progress, const TaskWork& so_far)> report;
};

class TaskFolder {
 public:
  /// Looks at all results, and warns of damaged ones. Collective.
  TaskFolder(const Communicator& communicator, StopHandler& stop, TaskList tasks);

  std::size_t missing() const { return missing_.size(); }  ///< Or damaged.

  /// Computes what is missing. Not done when it was stopped: no rank begins another batch. Once. Collective.
  TaskWork run();

 private:
  using Clock = std::chrono::steady_clock;

  /// What all ranks did of a kind.
  struct Tally {
    explicit Tally(const Communicator& communicator)
        : jobs(communicator),
          cost(communicator),
          microseconds(communicator),
          found(communicator),
          found_cost(communicator) {}

    SharedCounter jobs, cost, microseconds;
    SharedCounter found, found_cost;  ///< Done by other programs.
    std::int64_t found_told = 0, found_cost_told = 0;
  };

  std::vector<TaskState> look_at_all() const;
  bool take(std::size_t first, const std::function<bool()>& stop);
  std::size_t compute(const std::vector<std::size_t>& batch, const std::function<bool()>& stop);
  void report();
  TaskWork so_far();
  std::int64_t cost_of(std::size_t task) const { return tasks_.cost ? tasks_.cost(task) : 1; }
  std::size_t kind_of(std::size_t task) const { return tasks_.kind ? tasks_.kind(task) : 0; }

  Communicator communicator_;
  TaskList tasks_;
  std::vector<std::size_t> missing_;  ///< In this program's order.
  Farm farm_;
  std::deque<Tally> tallies_;  ///< By kind.
  Clock::time_point start_;
  log::Progress progress_;
};

}  // namespace epitaxy::parallel
