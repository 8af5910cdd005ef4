#include "base/child_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace epitaxy {

namespace {

/// No exit code that a library is likely to choose.
constexpr int kCameToItsEnd = 219;

[[noreturn]] void run(const std::function<void()>& work) {
  try {
    work();
  } catch (...) {
    // What it would say, it says again in the parent process, which finds no result.
  }
  ::_exit(kCameToItsEnd);
}

}  // namespace

std::optional<std::string> death_in_child(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child < 0) {
    fail("cannot start a process: {}", std::strerror(errno));
  }
  if (child == 0) {
    run(work);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      fail("lost sight of a process: {}", std::strerror(errno));
    }
  }
  if (WIFSIGNALED(status)) {
    return fmt::format("signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) != kCameToItsEnd) {
    return fmt::format("exit code {}", WEXITSTATUS(status));
  }
  return std::nullopt;
}

}  // namespace epitaxy
