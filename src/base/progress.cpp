#include "base/progress.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace epitaxy::log {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kSecondsBetweenFiles = 10;
constexpr double kSecondsBetweenLines = 0.2;
/// A job of at least this share of another one's cost tells something of what a unit of cost takes there.
constexpr double kComparable = 0.1;

std::string now_as_text() { return fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The file of the stage that runs in this process.
class ProgressFile {
 public:
  static ProgressFile& of_process() {
    static ProgressFile the_file;
    return the_file;
  }

  void open(const std::filesystem::path& path, std::string_view stage) {
    path_ = path;
    stage_ = Json{{"stage", stage}, {"started", now_as_text()}};
    part_ = Json::object();
    next_write_.reset();
    warned_ = false;
    write("running");
  }

  void close(StageEnd end) {
    if (end == StageEnd::done && part_.contains("done")) {
      part_["seconds_left"] = 0.0;
    }
    write(end == StageEnd::done ? "done" : end == StageEnd::stopped ? "stopped" : "failed");
    path_.clear();
  }

  void enter(const Progress& progress) {
    if (outermost_ == nullptr) {
      outermost_ = &progress;
      next_write_.reset();
    }
  }

  void leave(const Progress& progress) {
    if (outermost_ == &progress) {
      note_part();
      outermost_ = nullptr;
    }
  }

  bool is_outermost(const Progress& progress) const { return outermost_ == &progress; }

  /// Writes the outermost when it is time to.
  void write_if_due() {
    if (path_.empty() || outermost_ == nullptr) {
      return;
    }
    const double now = outermost_->clock_();
    if (now < next_write_.value_or(now)) {
      return;
    }
    next_write_ = now + kSecondsBetweenFiles;
    note_part();
    write("running");
  }

 private:
  void note_part() {
    part_ = Json{{"part", outermost_->name_},
                 {"done", outermost_->done()},
                 {"total", outermost_->total()},
                 {"unit", outermost_->unit_},
                 {"seconds", outermost_->seconds()}};
    if (const auto left = outermost_->seconds_left()) {
      part_["seconds_left"] = *left;
    }
  }

  void write(std::string_view state) {
    if (path_.empty()) {
      return;
    }
    Json content = stage_;
    content["time"] = now_as_text();
    content["state"] = state;
    content.update(part_);
    try {
      file::write_atomically(path_, content.dump(2) + "\n");
    } catch (const std::exception& error) {
      if (!std::exchange(warned_, true)) {
        warning("{}; the run goes on", error.what());
      }
    }
  }

  std::filesystem::path path_;  ///< Empty: nothing is written.
  Json stage_;
  Json part_;  ///< Of the outermost Progress, the last time it was looked at.
  const Progress* outermost_ = nullptr;
  std::optional<double> next_write_;  ///< By the clock of the outermost; none: now.
  bool warned_ = false;
};

void open_progress(const std::filesystem::path& path, std::string_view stage) {
  ProgressFile::of_process().open(path, stage);
}

void close_progress(StageEnd end) { ProgressFile::of_process().close(end); }

Progress::Progress(std::string name, std::string unit, std::size_t workers, ProgressClock clock)
    : name_(std::move(name)),
      unit_(std::move(unit)),
      workers_(workers),
      clock_(std::move(clock)),
      start_(clock_()),
      updated_(start_),
      next_line_(start_) {
  check(workers_ > 0, "somebody is at work");
  ProgressFile::of_process().enter(*this);
}

Progress::~Progress() { ProgressFile::of_process().leave(*this); }

Progress::Kind& Progress::kind(std::string_view name) {
  const auto known = kinds_.find(name);
  return known != kinds_.end() ? known->second : kinds_[std::string(name)];
}

void Progress::plan(std::string_view kind_name, std::int64_t jobs, double cost) {
  check(cost > 0, "a job costs something");
  Work& planned = kind(kind_name).planned;
  planned.jobs += jobs;
  planned.cost += cost * static_cast<double>(jobs);
}

void Progress::found(std::string_view kind_name, std::int64_t jobs, double cost) {
  Work& found = kind(kind_name).found;
  found.jobs += jobs;
  found.cost += cost * static_cast<double>(jobs);
}

void Progress::did(std::string_view kind_name, const Work& so_far) {
  kind(kind_name).did = so_far;
  updated_ = clock_();
}

void Progress::tell(std::string_view note) {
  ProgressFile& file = ProgressFile::of_process();
  file.write_if_due();
  const bool outermost = file.is_outermost(*this);
  const std::int64_t done_now = done();
  const std::int64_t all = total();
  const bool end = outermost && done_now == all;
  const double now = clock_();
  if (end ? std::exchange(told_end_, true) : now < next_line_) {
    return;
  }
  next_line_ = now + kSecondsBetweenLines;
  std::string line = name_.empty() ? "" : name_ + ": ";
  line += fmt::format("{} {} of {}", unit_, done_now, all);
  if (!note.empty()) {
    line += fmt::format(", {}", note);
  }
  progress_line(with_time_left(std::move(line), ", "), end);
}

void Progress::news(std::string_view text) {
  ProgressFile::of_process().write_if_due();
  log::line(with_time_left(std::string(text), "; "));
}

void Progress::reached(std::int64_t count, std::string_view note) {
  const Kind& only = kind("");
  const std::int64_t jobs = count - only.found.jobs;
  did("", {jobs, only.cost_of_one() * static_cast<double>(jobs), seconds()});
  tell(note);
}

std::int64_t Progress::done() const {
  std::int64_t jobs = 0;
  for (const auto& [name, kind] : kinds_) {
    jobs += kind.found.jobs + kind.did.jobs;
  }
  return jobs;
}

std::int64_t Progress::total() const {
  std::int64_t jobs = 0;
  for (const auto& [name, kind] : kinds_) {
    jobs += kind.planned.jobs;
  }
  return jobs;
}

double Progress::seconds() const { return clock_() - start_; }

std::optional<double> Progress::seconds_left() const {
  const auto left = estimate();
  return left ? std::optional(std::max(0.0, *left - (clock_() - updated_))) : std::nullopt;
}

std::optional<double> Progress::seconds_per_cost(const Kind& kind) const {
  if (kind.did.cost > 0) {
    return kind.did.seconds / kind.did.cost;
  }
  double cost = 0;
  double seconds = 0;
  for (const auto& [name, other] : kinds_) {
    if (other.did.cost > 0 && other.cost_of_one() >= kComparable * kind.cost_of_one()) {
      cost += other.did.cost;
      seconds += other.did.seconds;
    }
  }
  return cost > 0 ? std::optional(seconds / cost) : std::nullopt;
}

/// When `did` was called last. Jobs at work count as not begun.
std::optional<double> Progress::estimate() const {
  double seconds = 0;
  double longest = 0;  // job, which no number of workers makes shorter
  for (const auto& [name, kind] : kinds_) {
    if (kind.jobs_left() <= 0) {
      continue;
    }
    const auto rate = seconds_per_cost(kind);
    if (!rate) {
      return std::nullopt;
    }
    const double of_kind = *rate * std::max(0.0, kind.cost_left());
    seconds += of_kind;
    longest = std::max(longest, of_kind / static_cast<double>(kind.jobs_left()));
  }
  return std::max(longest, seconds / static_cast<double>(workers_));
}

std::string Progress::with_time_left(std::string text, std::string_view separator) const {
  const auto left = seconds_left();
  if (left && done() < total()) {
    text += fmt::format("{}about {} left", separator, text::duration(*left));
  }
  return text;
}

}  // namespace epitaxy::log
