#pragma once
/// \file
/// Work that may end the process it runs in, such as a library that gives up by ending the program.
#include <functional>
#include <optional>
#include <string>

namespace epitaxy {

/// Does `work` in a copy of this process and waits for it. What it leaves is in files; this process stays as it was.
/// Returns what ended the copy before `work` came to its end, for example "signal 11 (Segmentation fault)" or "exit
/// code 1"; nothing when `work` returned or threw. Throws Error when no process can be made.
std::optional<std::string> death_in_child(const std::function<void()>& work);

}  // namespace epitaxy
