#include "parallel/stop.h"

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <ctime>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::parallel {

namespace {

volatile std::sig_atomic_t caught_signal = 0;

extern "C" void remember_signal(int signal) { caught_signal = signal; }

/// Where the handler runs: kernels that oneDNN generates keep numbers below the stack pointer, where its frame would
/// lie.
alignas(64) std::array<std::byte, std::size_t{1} << 16> signal_stack;

/// Seconds before the end of a Slurm job at which to stop: a checkpoint and its flush to disk must fit in.
constexpr double kSlurmMargin = 20;

}  // namespace

std::optional<double> seconds_until_slurm_end() {
  const char* end = std::getenv("SLURM_JOB_END_TIME");
  const auto time = end != nullptr ? text::to_integer(end) : std::nullopt;
  if (!time) {
    return std::nullopt;
  }
  return static_cast<double>(*time - static_cast<long long>(std::time(nullptr)));
}

StopHandler::StopHandler(std::optional<double> budget_seconds) : next_look_(Clock::now()) {
  caught_signal = 0;
  stack_t stack{};
  stack.ss_sp = signal_stack.data();
  stack.ss_size = signal_stack.size();
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = remember_signal;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  for (const int signal : {SIGUSR1, SIGTERM, SIGINT}) {
    sigaction(signal, &action, nullptr);
  }
  set_budget(budget_seconds);
}

void StopHandler::set_budget(std::optional<double> seconds) {
  deadline_.reset();
  const auto after = [&](double s) {
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(s));
  };
  if (seconds) {
    deadline_ = after(*seconds);
    deadline_name_ = "the wall-time budget of " + text::duration(*seconds);
  }
  if (const auto slurm = seconds_until_slurm_end()) {
    const auto end = after(*slurm - kSlurmMargin);
    if (!deadline_ || end < *deadline_) {
      deadline_ = end;
      deadline_name_ = "the end of the Slurm job";
    }
  }
}

void StopHandler::watch_file(const std::filesystem::path& stop_file) {
  file_ = stop_file;
  file_seen_ = false;
}

bool StopHandler::requested() {
  if (caught_signal != 0 || file_seen_) {
    return true;
  }
  const auto now = Clock::now();
  if (deadline_ && now >= *deadline_) {
    return true;
  }
  if (!file_.empty() && now >= next_look_) {
    next_look_ = now + std::chrono::seconds(1);
    std::error_code ignored;
    file_seen_ = std::filesystem::exists(file_, ignored);
  }
  return file_seen_;
}

std::string StopHandler::reason() const {
  switch (caught_signal) {
    case 0:
      break;
    case SIGUSR1:
      return "signal USR1";
    case SIGTERM:
      return "signal TERM";
    case SIGINT:
      return "signal INT";
    default:
      return "a signal";
  }
  if (file_seen_) {
    return "the file " + file_.string();
  }
  if (deadline_ && Clock::now() >= *deadline_) {
    return deadline_name_;
  }
  return "another rank";
}

}  // namespace epitaxy::parallel
