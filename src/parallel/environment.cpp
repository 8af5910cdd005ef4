#include "parallel/environment.h"

#include "base/error.h"
#include "parallel/mpi.h"

namespace epitaxy::parallel {

Environment::Environment(const Launch& launch, Role role) {
  if (role != Role::rank) {
    return;
  }
  if (!mpi::is_built_in()) {
    fail_input(
        "a launcher started {} ranks, but this epitaxy was built without MPI: start it without mpirun or srun, or with "
        "one rank, or build it with -DEPITAXY_MPI=ON",
        launch.ranks ? std::to_string(*launch.ranks) : "several");
  }
  mpi::start();
  const int ranks = mpi::world()->size();
  if (launch.ranks.value_or(ranks) != ranks) {
    mpi::finish();
    fail_input(
        "the launcher started {} ranks, but to MPI there are {}: start epitaxy with the mpirun, or the srun --mpi, of "
        "the MPI that it was built with ({})",
        *launch.ranks, ranks, mpi::library());
  }
}

Environment::~Environment() {
  if (mpi::is_running()) {
    mpi::finish();
  }
}

}  // namespace epitaxy::parallel
