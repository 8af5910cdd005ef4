#pragma once
/// \file
/// A counter shared by all ranks, from which each draws its next piece of work: self-scheduling without a master.
#include <cstdint>

#include "parallel/communicator.h"

namespace epitaxy::parallel {

/// Collective to make and to destroy. Uses one-sided MPI, so no rank has to answer.
class SharedCounter {
 public:
  explicit SharedCounter(const Communicator& communicator);
  ~SharedCounter();
  SharedCounter(const SharedCounter&) = delete;
  SharedCounter& operator=(const SharedCounter&) = delete;

  /// The counter's value before it is increased by one; every value is handed out once.
  std::int64_t next() { return add(1); }
  /// The counter's value before it is increased.
  std::int64_t add(std::int64_t increase);
  /// The counter's value, without a change.
  std::int64_t value() { return add(0); }

 private:
  Communicator communicator_;
  MPI_Win window_ = MPI_WIN_NULL;
  std::int64_t* value_ = nullptr;
};

}  // namespace epitaxy::parallel
