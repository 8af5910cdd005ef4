#include "parallel/shared_counter.h"

namespace epitaxy::parallel {

SharedCounter::SharedCounter(const Communicator& communicator) : communicator_(communicator) {
  const MPI_Aint bytes = communicator.is_root() ? sizeof(std::int64_t) : 0;
  MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, communicator.handle(), &value_, &window_);
  if (communicator.is_root()) {
    *value_ = 0;
  }
  MPI_Win_lock_all(0, window_);
  MPI_Win_sync(window_);
  communicator_.barrier();
}

SharedCounter::~SharedCounter() {
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

std::int64_t SharedCounter::add(std::int64_t increase) {
  std::int64_t before = 0;
  MPI_Fetch_and_op(&increase, &before, MPI_INT64_T, 0, 0, MPI_SUM, window_);
  MPI_Win_flush(0, window_);
  return before;
}

}  // namespace epitaxy::parallel
