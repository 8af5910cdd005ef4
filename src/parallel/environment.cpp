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
}

Environment::~Environment() {
  if (mpi::is_running()) {
    mpi::finish();
  }
}

}  // namespace epitaxy::parallel
