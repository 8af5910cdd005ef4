#pragma once
/// \file
/// What a Session holds.
#include <optional>

#include "epitaxy/session.h"
#include "parallel/communicator.h"
#include "parallel/environment.h"

namespace epitaxy {

struct Session::State {
  parallel::Environment environment;
  parallel::Communicator world;
};

}  // namespace epitaxy
