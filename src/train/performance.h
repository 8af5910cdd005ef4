#pragma once
/// \file
/// Where the time of a training went, over all ranks: a table for people and `performance` in `summary.json`.
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "parallel/communicator.h"
#include "train/trainer.h"

namespace epitaxy::train {

/// The times of all ranks.
struct Performance {
  std::vector<TrainingTimes> ranks;
  std::vector<double> products;  ///< By rank: GFLOP/s of the matrix products alone, measured at the start; 0 = unknown.

  double samples_per_second() const;  ///< Of all ranks together, in steps (no validation, no checkpoints).
  double gflops() const;              ///< GFLOP/s of matrix products per rank in steps.
};

/// Collective; the result is complete on all ranks.
Performance gather_performance(const parallel::Communicator& communicator, const TrainingTimes& times, double products);

/// Logs the table; nothing for a run without steps.
void log_performance(const Performance& performance);

nlohmann::ordered_json to_json(const Performance& performance);

}  // namespace epitaxy::train
