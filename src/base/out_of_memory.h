#pragma once
/// \file
/// What is said where an allocation failed: the exceptions of the standard library tell nothing.
#include <string>
#include <string_view>

namespace epitaxy {

/// What the messages begin with.
inline constexpr std::string_view kNoMemory = "not enough memory";
/// For std::bad_alloc and std::length_error: with what is free.
std::string no_memory();

}  // namespace epitaxy
