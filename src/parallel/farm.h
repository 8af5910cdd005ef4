#pragma once
/// \file
/// Single-rank jobs that the ranks draw from a shared counter: self-scheduling that any rank may stop.
#include <chrono>
#include <cstdint>
#include <functional>

#include "parallel/communicator.h"
#include "parallel/shared_counter.h"
#include "parallel/stop.h"

namespace epitaxy::parallel {

class Farm {
 public:
  /// Collective.
  Farm(const Communicator& communicator, StopHandler& stop)
      : communicator_(communicator), stop_(stop), counter_(communicator), stopped_(communicator) {}

  /// Does job `i`; false when it was left undone because `stop` said so. Throws what ends all ranks.
  using Work = std::function<bool(std::size_t i, const std::function<bool()>& stop)>;

  /// Each of the jobs 0, 1, ... on one of the ranks. Returns false when some were left undone. Once. Collective.
  bool run(std::size_t jobs, const Work& work);

 private:
  bool stop_requested();

  using Clock = std::chrono::steady_clock;
  Communicator communicator_;
  StopHandler& stop_;
  SharedCounter counter_;
  SharedCounter stopped_;  ///< Above zero once any rank wants to stop.
  bool announced_ = false;
  Clock::time_point next_look_ = Clock::now();
};

}  // namespace epitaxy::parallel
