#include "base/memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>

#include "base/error.h"

namespace epitaxy {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

/// The number behind a word of a file such as /proc/meminfo.
std::optional<std::size_t> number_behind(const fs::path& path, const std::string& word) {
  std::ifstream file(path);
  std::string name;
  std::string rest;
  while (file >> name) {
    std::size_t number = 0;
    if (name == word && file >> number) {
      return number;
    }
    file.clear();
    std::getline(file, rest);
  }
  return std::nullopt;
}

/// The number that a file holds; nothing for "max".
std::optional<std::size_t> number_in(const fs::path& path) {
  std::ifstream file(path);
  std::size_t number = 0;
  return file >> number ? std::optional(number) : std::nullopt;
}

std::size_t left_of(std::size_t limit, std::size_t used) { return limit > used ? limit - used : 0; }

std::size_t left_of_address_space() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return kAny;
  }
  return left_of(limit.rlim_cur, 1024 * number_behind("/proc/self/status", "VmSize:").value_or(0));
}

/// A group and those above it. Pages of files do not count: they are given back.
std::size_t left_of_groups(const fs::path& root, const fs::path& own, const char* limit_name, const char* used_name) {
  std::size_t left = kAny;
  for (fs::path group = own.relative_path();; group = group.parent_path()) {
    const fs::path folder = root / group;
    if (const auto limit = number_in(folder / limit_name)) {
      left = std::min(left, left_of(*limit, number_behind(folder / "memory.stat", used_name).value_or(0)));
    }
    if (group.empty()) {
      return left;
    }
  }
}

std::size_t left_of_control_group() {
  std::size_t left = kAny;
  std::ifstream file("/proc/self/cgroup");  // lines such as `0::/user.slice` and, before version 2, `4:memory:/job`
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path own = line.substr(second + 1);
    if (controllers.empty()) {
      left = std::min(left, left_of_groups("/sys/fs/cgroup", own, "memory.max", "anon"));
    } else if (controllers == "memory") {
      left = std::min(left, left_of_groups("/sys/fs/cgroup/memory", own, "memory.limit_in_bytes", "total_rss"));
    }
  }
  return left;
}

}  // namespace

std::size_t available_memory() {
  const auto free = number_behind("/proc/meminfo", "MemAvailable:");
  return std::min({free ? *free * 1024 : kAny, left_of_address_space(), left_of_control_group()});
}

std::string told_bytes(std::size_t bytes) {
  constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) {
    return fmt::format("{} bytes", bytes);
  }
  auto size = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; size >= 999.5 && unit + 1 < std::size(kUnits); ++unit) {
    size /= 1000;
  }
  return fmt::format("{:.3g} {}", size, kUnits[unit]);
}

void require_memory(const std::string& what, std::size_t bytes) {
  const std::size_t available = available_memory();
  if (bytes > available) {
    fail_input("{} needs about {} of memory; {} are available", what, told_bytes(bytes), told_bytes(available));
  }
}

}  // namespace epitaxy
