#pragma once
/// \file
/// The exceptions of the program and the exit codes they end in.
#include <fmt/format.h>

#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>

namespace epitaxy {

/// Exit codes of the program; scripts rely on them.
enum ExitCode : int { kDone = 0, kFailure = 1, kInputError = 2, kStopped = 75 };

/// Something went wrong that is not the user's input: a full disk, a dead rank, a broken invariant (exit code 1).
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  bool agreed = false;  ///< All ranks threw this error together, so all can end in order.
};

/// The user's input is wrong (exit code 2). The message says what, where and what to do.
class InputError : public Error {
 public:
  using Error::Error;
};

template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
[[noreturn]] void fail_input(fmt::format_string<Args...> format, Args&&... args) {
  throw InputError(fmt::format(format, std::forward<Args>(args)...));
}

/// An invariant that is checked in every build; throws Error naming the place.
inline void check(bool holds, const char* what, std::source_location where = std::source_location::current()) {
  if (!holds) {
    fail("internal error at {}:{}: {}", where.file_name(), where.line(), what);
  }
}

}  // namespace epitaxy
