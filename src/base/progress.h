#pragma once
/// \file
/// How far a piece of work is and how long it will take: lines for people, `progress.json` for whoever watches.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace epitaxy::log {

/// Seconds since some moment, never going back.
using ProgressClock = std::function<double()>;
double steady_seconds();

/// From now on the outermost `Progress` of this process is written to this file, at most every ten seconds (see
/// docs/file_formats.md), as part of a stage. Only rank 0 does so. A file that cannot be written is warned of once.
void open_progress(const std::filesystem::path& path, std::string_view stage);
/// How a stage ended: all done; stopped, to be run again; with an error.
enum class StageEnd { done, stopped, failed };
/// Writes the file for the last time.
void close_progress(StageEnd end);

/// What jobs of one kind amount to.
struct Work {
  std::int64_t jobs = 0;
  double cost = 0;     ///< Their sum, in a unit that all kinds share: what the time of a job grows with, such as rows.
  double seconds = 0;  ///< That ranks took for them, summed.
};

/// Knows what is to be done and what is done, by kind of job, and learns for each kind what a unit of cost takes. A
/// kind of which nothing was done yet borrows from the kinds whose jobs cost at least a tenth of its own (cheap jobs
/// take the time they take for other reasons than their cost); where there are none, the time left is unknown. For a
/// farm:
///
///     log::Progress progress("", "job", ranks);
///     progress.plan("forest", 1, rows);        // each job; a kind is whatever makes a job's time another
///     progress.found("forest", 1, rows);       // each of these that an earlier run, or another program, did
///     progress.did("forest", {3, 300, 12.5});  // what the ranks of this run did of a kind so far
///     progress.news("forest-seed1: MAE 0.1");  // a line of its own; or `tell`, for one of very many
///
/// For one thing after another: `plan("", steps)`, then `reached(step)`. A Progress that is made while there is another
/// one (the steps of a job) tells lines and keeps the file of the outer one fresh. Used by one thread. It may be used
/// on any rank, but knows only what it is told: rank 0 has to ask the others.
class Progress {
 public:
  /// `name` is of the whole and begins its lines (it may be empty), `unit` is what is counted, in the singular, and
  /// `workers` is the number of jobs that are done at once.
  Progress(std::string name, std::string unit, std::size_t workers = 1, ProgressClock clock = steady_seconds);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Adds jobs of a kind to what is to be done, each of this cost, which is above zero.
  void plan(std::string_view kind, std::int64_t jobs = 1, double cost = 1);
  /// Adds to those of the planned that are done without this run: they count and teach nothing.
  void found(std::string_view kind, std::int64_t jobs = 1, double cost = 1);
  /// All that this run did of a kind so far (not what was added since the last time).
  void did(std::string_view kind, const Work& so_far);

  /// Tells "name: unit 3 of 10, note, about 40.0 s left" by log::progress_line, and the end in any case.
  void tell(std::string_view note = "");
  /// Tells a line of its own with the time left at its end.
  void news(std::string_view text);
  /// Where all planned are of the kind "" and done one after another: `count` are done, with those found. Tells it.
  void reached(std::int64_t count, std::string_view note = "");

  std::int64_t done() const;
  std::int64_t total() const;
  double seconds() const;                      ///< Since this was made.
  std::optional<double> seconds_left() const;  ///< Nothing while that is unknown.

 private:
  friend class ProgressFile;

  struct Kind {
    Work planned;
    Work found;
    Work did;

    std::int64_t jobs_left() const { return planned.jobs - found.jobs - did.jobs; }
    double cost_left() const { return planned.cost - found.cost - did.cost; }
    double cost_of_one() const { return planned.cost / static_cast<double>(planned.jobs); }
  };

  Kind& kind(std::string_view name);
  std::optional<double> seconds_per_cost(const Kind& kind) const;
  std::optional<double> estimate() const;
  std::string with_time_left(std::string text, std::string_view separator) const;

  std::string name_;
  std::string unit_;
  std::size_t workers_;
  ProgressClock clock_;
  std::map<std::string, Kind, std::less<>> kinds_;
  double start_;
  double updated_;    ///< When `did` was called last.
  double next_line_;  ///< Before that no line is made.
  bool told_end_ = false;
};

}  // namespace epitaxy::log
