#pragma once
/// \file
/// What a test prints.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "base/file.h"

/// A folder of this process, gone at the end.
struct CapturedOutput {
  std::filesystem::path path;

  explicit CapturedOutput(const std::string& name)
      : path(std::filesystem::temp_directory_path() / (name + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~CapturedOutput() { std::filesystem::remove_all(path); }
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;

  /// What `action` writes to standard output and standard error.
  std::pair<std::string, std::string> caught(const std::function<void()>& action) const {
    std::fflush(stdout);
    std::fflush(stderr);
    const int out = ::dup(STDOUT_FILENO);
    const int err = ::dup(STDERR_FILENO);
    redirect(path / "out", STDOUT_FILENO);
    redirect(path / "err", STDERR_FILENO);
    action();
    std::fflush(stdout);
    std::fflush(stderr);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    ::close(out);
    ::close(err);
    return {epitaxy::file::read(path / "out"), epitaxy::file::read(path / "err")};
  }

  static void redirect(const std::filesystem::path& to, int descriptor) {
    const int opened = ::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(opened, descriptor);
    ::close(opened);
  }
};
