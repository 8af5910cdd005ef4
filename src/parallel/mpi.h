#pragma once
/// \file
/// MPI as a library that a build may lack: whoever starts the program or makes a group asks here.
#include <memory>
#include <string>

#include "parallel/group.h"

namespace epitaxy::parallel::mpi {

/// Whether the program was built with it.
bool is_built_in();
/// Name and version of the library; needs no start. Empty without it.
std::string library();

void start();
void finish();
/// Between `start` and `finish`.
bool is_running();
/// All ranks; collective. Only while it runs.
std::shared_ptr<Group> world();
/// Ends all ranks at once. Only while it runs.
[[noreturn]] void abort(int exit_code);

}  // namespace epitaxy::parallel::mpi
