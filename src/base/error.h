#pragma once
/// \file
/// How the exceptions of the program are thrown.
#include <fmt/format.h>

#include <source_location>
#include <string>
#include <utility>

#include "epitaxy/error.h"

namespace epitaxy {

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
