#include "parallel/farm.h"

namespace epitaxy::parallel {

bool Farm::run(std::size_t jobs, const Work& work) {
  communicator_.agree([&] {
    try {
      for (auto i = counter_.next(); i < static_cast<std::int64_t>(jobs); i = counter_.next()) {
        if (!work(static_cast<std::size_t>(i), [this] { return stop_requested(); })) {
          return;
        }
      }
    } catch (...) {
      stopped_.next();  // the other ranks need not go on
      throw;
    }
  });
  return stopped_.value() == 0;
}

bool Farm::stop_requested() {
  if (stop_.requested() && !announced_) {
    announced_ = true;
    stopped_.next();
  }
  if (!announced_ && Clock::now() > next_look_) {
    next_look_ = Clock::now() + std::chrono::milliseconds(200);
    announced_ = stopped_.value() > 0;
  }
  return announced_;
}

}  // namespace epitaxy::parallel
