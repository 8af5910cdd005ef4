#pragma once
/// \file
/// Why a run should end early. Any rank may notice it; the decision itself is taken by all ranks together, by letting
/// the flag ride on a reduction that happens anyway.
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace epitaxy::parallel {

/// Watches signals (USR1, TERM, INT), the wall-time budget, Slurm's end time and a `STOP` file. One lives per process.
class StopHandler {
 public:
  /// Installs the signal handlers.
  explicit StopHandler(std::optional<double> budget_seconds = std::nullopt);

  /// The wall-time budget from now on; nothing means none. Slurm's end time holds in any case.
  void set_budget(std::optional<double> seconds);
  void watch_file(const std::filesystem::path& stop_file);
  /// True once there is a reason to stop; files are looked at no more than once a second.
  bool requested();
  /// The reason, for the log: `signal USR1`, `the wall-time budget of 30 min`, `the file runs/x/STOP`.
  std::string reason() const;

 private:
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> deadline_;
  std::string deadline_name_;
  std::filesystem::path file_;
  Clock::time_point next_look_;
  bool file_seen_ = false;
};

/// Seconds until Slurm ends this job, from SLURM_JOB_END_TIME; nothing outside Slurm.
std::optional<double> seconds_until_slurm_end();

}  // namespace epitaxy::parallel
