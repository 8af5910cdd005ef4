#pragma once
/// \file
/// The exceptions of the library and the exit codes of the program.
#include <stdexcept>

namespace epitaxy {

/// Exit codes of the program; scripts rely on them.
enum ExitCode : int {
  kDone = 0,
  kFailure = 1,
  kInputError = 2,
  kStopped = 75  ///< At a checkpoint: to be started again.
};

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

}  // namespace epitaxy
