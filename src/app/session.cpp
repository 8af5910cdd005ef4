#include "app/session.h"

#include "base/log.h"
#include "linalg/cpu.h"

namespace epitaxy {

Session::Session() {
  const auto launch = parallel::launch_of(parallel::launch_variables());
  state_.reset(
      new State{parallel::Environment(launch, parallel::role_of(launch, "run")), parallel::Communicator::world()});
  log::set_silent(!state_->world.is_root());
  linalg::set_up_kernels();
}
Session::~Session() = default;

int Session::rank() const { return state_->world.rank(); }
int Session::ranks() const { return state_->world.size(); }

}  // namespace epitaxy
