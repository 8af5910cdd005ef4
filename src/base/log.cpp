#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>

#include "base/error.h"

namespace epitaxy::log {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kQuiet = std::chrono::seconds(15);

struct State {
  std::mutex mutex;
  bool silent = false;
  // mpirun gives its ranks a terminal of its own as standard output, wherever that output ends, but never as error.
  const bool terminal = ::isatty(STDOUT_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0;
  spdlog::sinks::stdout_sink_st out;
  spdlog::sinks::stderr_sink_st err;
  std::unique_ptr<spdlog::sinks::basic_file_sink_st> file;
  bool progress_shown = false;     // the cursor stands behind a progress line on the terminal
  Clock::time_point next_plain{};  // when the next progress line may be printed as a plain one

  State() {
    out.set_pattern("%v");
    err.set_pattern("%v");
  }
};

State& state() {
  static State the_state;
  return the_state;
}

void print(spdlog::sinks::sink& sink, std::string_view text) {
  sink.log(spdlog::details::log_msg("", spdlog::level::info, spdlog::string_view_t(text.data(), text.size())));
  sink.flush();
}

/// A log file that can no longer be written does not end the run.
void print_to_file(State& s, std::string_view text) {
  if (!s.file) {
    return;
  }
  try {
    print(*s.file, text);
  } catch (const spdlog::spdlog_ex& error) {
    const std::string name = s.file->filename();
    s.file.reset();
    print(s.err, fmt::format("warning: {} is no longer written: {}", name, error.what()));
  }
}

void clear_progress(State& s) {
  if (s.progress_shown) {
    std::fputs("\r\033[K", stdout);
    std::fflush(stdout);
    s.progress_shown = false;
  }
}

}  // namespace

void set_silent(bool silent) {
  const std::lock_guard lock(state().mutex);
  state().silent = silent;
}

void open_file(const std::filesystem::path& path) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (s.silent) {
    return;
  }
  try {
    s.file = std::make_unique<spdlog::sinks::basic_file_sink_st>(path.string());
    s.file->set_pattern("%Y-%m-%d %H:%M:%S %v");
  } catch (const spdlog::spdlog_ex& error) {
    fail("cannot write the log: {}", error.what());
  }
}

void close_file() {
  const std::lock_guard lock(state().mutex);
  state().file.reset();
}

void line(std::string_view text) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (!s.silent) {
    clear_progress(s);
    print(s.out, text);
    print_to_file(s, text);
  }
}

void lines(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    line(text);
  }
}

void warning_line(std::string_view text) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (!s.silent) {
    const std::string marked = fmt::format("warning: {}", text);
    clear_progress(s);
    print(s.err, marked);
    print_to_file(s, marked);
  }
}

void progress_line(std::string_view text, bool last) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (s.silent) {
    return;
  }
  const auto now = Clock::now();
  const bool plain = last || now >= s.next_plain;
  if (plain) {
    s.next_plain = last ? Clock::time_point{} : now + kQuiet;
    print_to_file(s, text);
  }
  if (s.terminal) {
    fmt::print("\r\033[K{}{}", text, last ? "\n" : "");
    std::fflush(stdout);
    s.progress_shown = !last;
  } else if (plain) {
    print(s.out, text);
  }
}

}  // namespace epitaxy::log
