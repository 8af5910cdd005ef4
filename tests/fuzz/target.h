#pragma once
/// \file
/// A fuzz target: a reader of the library that any bytes are given to. It may throw what says that an input is wrong;
/// all else (another exception, "internal error", a broken promise, what sanitizers see) is a finding.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace epitaxy::fuzz {

/// Made as a constant at the end of a target's file, which adds it to `targets`.
struct Target {
  Target(const char* target, void (*reader)(std::string_view bytes));

  const char* name;
  void (*read)(std::string_view bytes);
};

/// Those of the files that are linked.
std::vector<Target>& targets();

/// Gives the bytes to the reader and swallows exceptions that refuse them.
void run(const Target& target, std::string_view bytes);

/// Ends the program when a reader broke what its header promises.
void expect(bool holds, std::string_view promise, std::string_view seen = "");

/// Writes a file of that name in memory; the same name is written over.
std::filesystem::path scratch_file(std::string_view name, std::string_view bytes);

}  // namespace epitaxy::fuzz
