#pragma once
/// \file
/// A counter shared by all ranks, from which each draws its next piece of work: self-scheduling without a master.
#include <cstdint>
#include <memory>

#include "parallel/communicator.h"

namespace epitaxy::parallel {

/// Collective to make and to destroy. No rank has to answer.
class SharedCounter {
 public:
  explicit SharedCounter(const Communicator& communicator)
      : communicator_(communicator), counter_(communicator.group().make_counter()) {}

  /// The counter's value before it is increased by one; every value is handed out once.
  std::int64_t next() { return add(1); }
  /// The counter's value before it is increased.
  std::int64_t add(std::int64_t increase) { return counter_->add(increase); }
  /// The counter's value, without a change.
  std::int64_t value() { return add(0); }

 private:
  Communicator communicator_;  ///< Outlives the counter.
  std::unique_ptr<Counter> counter_;
};

}  // namespace epitaxy::parallel
