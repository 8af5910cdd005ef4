#include "sampling/campaign/campaign.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "data/hdf5.h"
#include "parallel/farm.h"
#include "sampling/campaign/part_file.h"

namespace epitaxy::sampling {

namespace fs = std::filesystem;
using parallel::Communicator;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// One block of one list.
struct Task {
  const BlockList* list;
  BlockKey key;

  fs::path path() const { return list->path(key); }
};

/// The part of a task as it is on disk.
enum class PartState { missing, whole, damaged };

PartState state_of(const Task& task, const std::string& campaign) {
  const fs::path path = task.path();
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    return PartState::missing;
  }
  try {
    const PartHeader header = read_part_header(path, campaign);
    return header.points == task.list->block ? PartState::whole : PartState::damaged;
  } catch (const data::DamagedFileError&) {
    return PartState::damaged;
  }
}

/// The same on all ranks of a job, different in every job.
std::uint64_t seed_of_job(const Communicator& communicator) {
  Hasher hasher;
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  hasher.add(host.data());
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  const auto process = static_cast<std::int64_t>(::getpid());
  hasher.add_bytes(&now, sizeof now);
  hasher.add_bytes(&process, sizeof process);
  const auto mine = static_cast<std::int64_t>(std::stoull(hasher.hex().substr(0, 8), nullptr, 16));
  return static_cast<std::uint64_t>(communicator.broadcast(mine));
}

/// The blocks that a job takes on, drawn by its ranks from a shared counter.
class BlockFarm {
 public:
  BlockFarm(const Communicator& communicator, const std::vector<BlockList>& lists, const std::string& campaign,
            parallel::StopHandler& stop)
      : communicator_(communicator),
        campaign_(campaign),
        farm_(communicator, stop),
        computed_(communicator),
        points_(communicator) {
    for (const BlockList& list : lists) {
      for (const BlockKey key : list.keys()) {
        tasks_.push_back({&list, key});
      }
    }
  }

  BlockWork run() {
    communicator_.on_root([&] {
      for (const Task& task : tasks_) {
        if (task.key == BlockKey{}) {
          file::make_writable_folder(task.list->folder);
        }
      }
    });
    find_missing();
    BlockWork work;
    work.missing = tasks_.size();
    start_ = Clock::now();
    work.done = farm_.run(tasks_.size(), [this](std::size_t i, const auto& stop) { return compute(i, stop); });
    work.computed = static_cast<std::size_t>(computed_.value());
    work.points = static_cast<std::size_t>(points_.value());
    work.seconds = seconds_since(start_);
    communicator_.barrier();
    return work;
  }

 private:
  /// Leaves the tasks without a whole part, in this job's order.
  void find_missing() {
    const auto [states, all] = look_at_parts();
    std::vector<Task> missing;
    std::size_t damaged = 0;
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      const auto state = static_cast<PartState>(static_cast<int>(states[i]));
      if (state == PartState::damaged) {
        ++damaged;
        log::warning("{} is damaged: it is computed again", tasks_[i].path().string());
      }
      if (state != PartState::whole) {
        missing.push_back(tasks_[i]);
      }
    }
    log::info("{} of {} blocks are there{}", all - missing.size(), all,
              missing.empty() ? "" : fmt::format(", {} to compute", missing.size()));
    RandomStream random(seed_of_job(communicator_), Purpose::shuffle);
    random.shuffle(std::span(missing));
    tasks_ = std::move(missing);
  }

  /// PartState of every task, each looked at by one rank.
  std::pair<std::vector<float>, std::size_t> look_at_parts() const {
    const std::size_t count = tasks_.size();
    const auto ranks = static_cast<std::size_t>(communicator_.size());
    std::vector<float> states(count);
    std::vector<int> counts;
    for (std::size_t r = 0; r < ranks; ++r) {
      counts.push_back(static_cast<int>(count * (r + 1) / ranks - count * r / ranks));
    }
    communicator_.agree([&] {
      const auto rank = static_cast<std::size_t>(communicator_.rank());
      for (std::size_t i = count * rank / ranks; i < count * (rank + 1) / ranks; ++i) {
        states[i] = static_cast<float>(state_of(tasks_[i], campaign_));
      }
    });
    communicator_.gather_all_in_place(states.data(), counts);
    return {std::move(states), count};
  }

  bool compute(std::size_t i, const std::function<bool()>& stop) {
    if (stop()) {
      return false;
    }
    const Task& task = tasks_[i];
    if (state_of(task, campaign_) == PartState::whole) {
      return true;  // from another job
    }
    write_part(task.path(), task.list->compute(task.key), campaign_);
    computed_.next();
    points_.add(static_cast<std::int64_t>(task.list->block));
    report(i + 1);
    return true;
  }

  void report(std::size_t taken) {
    if (!communicator_.is_root()) {
      return;
    }
    const double seconds = seconds_since(start_);
    log::progress_line(
        fmt::format("block {} of {}: {:.0f} points/s, {}", taken, tasks_.size(),
                    static_cast<double>(points_.value()) / seconds,
                    text::time_left(seconds, static_cast<double>(taken), static_cast<double>(tasks_.size()))),
        false);
  }

  Communicator communicator_;
  std::string campaign_;
  std::vector<Task> tasks_;
  parallel::Farm farm_;
  parallel::SharedCounter computed_;  ///< Blocks.
  parallel::SharedCounter points_;
  Clock::time_point start_;
};

}  // namespace

std::vector<BlockKey> BlockList::keys() const {
  check(block > 0 && points % block == 0, "a list consists of whole blocks");
  std::vector<BlockKey> keys;
  for (std::uint32_t scramble = 0; scramble < scrambles; ++scramble) {
    for (std::uint64_t first = 0; first < points; first += block) {
      keys.push_back({scramble, first});
    }
  }
  return keys;
}

fs::path BlockList::path(BlockKey key) const { return folder / part_name(key); }

void claim_folder(const fs::path& folder, const std::string& settings) {
  const fs::path path = folder / "campaign.yaml";
  if (file::create(path, settings)) {
    return;
  }
  const std::string before = file::read(path);
  if (before != settings) {
    fail_input(
        "the campaign in {} was made with another model, other data or other settings:{}\nUse another --output, or "
        "--fresh to throw it away",
        folder.string(), text::line_difference(before, settings, "campaign: ", "input:    "));
  }
}

BlockWork compute_blocks(const Communicator& communicator, const std::vector<BlockList>& lists,
                         const std::string& campaign, parallel::StopHandler& stop) {
  return BlockFarm(communicator, lists, campaign, stop).run();
}

}  // namespace epitaxy::sampling
