#pragma once
/// \file
/// A process that runs stages: its ranks, and what they share.
#include <memory>

namespace epitaxy {

/// Starts MPI where a launcher set several ranks, and ends it. One lives in main while stages run. All ranks but the
/// first are silent. Predictor, LatentSpace and Dataset need none.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  int rank() const;
  int ranks() const;

  struct State;
  const State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace epitaxy
