// Stands in for the files over MPI in builds without it.
#include "base/error.h"
#include "parallel/mpi.h"

namespace epitaxy::parallel::mpi {

namespace {

[[noreturn]] void fail_absent() { fail("internal error: this build has no MPI"); }

}  // namespace

bool is_built_in() { return false; }
std::string library() { return {}; }
void start() { fail_absent(); }
void finish() {}
bool is_running() { return false; }
std::shared_ptr<Group> world() { fail_absent(); }
void abort(int /*exit_code*/) { fail_absent(); }

}  // namespace epitaxy::parallel::mpi
