#pragma once
/// \file
/// What people read: standard output and `log.txt`. Only one rank speaks; the others are set silent.
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace epitaxy::log {

void set_silent(bool silent);                       ///< No line goes anywhere: for ranks other than 0.
void open_file(const std::filesystem::path& path);  ///< From now on lines are appended to this file too.
void close_file();
void line(std::string_view text);  ///< To standard output and the file.
void lines(const std::vector<std::string>& texts);
void warning_line(std::string_view text);  ///< The same, marked `warning:`, to standard error.
void progress_line(std::string_view text,
                   bool last);  ///< Rewrites one line on a terminal; elsewhere at most one every 15 s.

template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  line(fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  warning_line(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace epitaxy::log
