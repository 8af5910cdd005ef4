#pragma once
/// \file
/// MPI for the time the program runs.
#include "parallel/launcher.h"

namespace epitaxy::parallel {

/// Starts MPI if the process is a rank, and ends it; one lives in main.
class Environment {
 public:
  /// Throws InputError when there are ranks but the build has no MPI.
  explicit Environment(const Launch& launch, Role role);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
};

}  // namespace epitaxy::parallel
