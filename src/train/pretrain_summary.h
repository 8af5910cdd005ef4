#pragma once
/// \file
/// How a pretraining ended: `summary.json`.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "train/performance.h"
#include "train/trainer.h"
#include "train/validation.h"

namespace epitaxy::train {

struct PretrainEnd {
  TrainingState state;
  bool stopped_early = false;
  double seconds = 0;  ///< Of this process; a resumed run has others before it.
  Performance performance;
  const float* weights = nullptr;  ///< Of the model that was evaluated.
};

/// Writes and logs the metrics of each evaluated set (`validation`, `test`) by head, with and without labels out of
/// range; of molecules also reconstruction, sampling, and the linear order of the latent space.
void write_pretrain_summary(const std::filesystem::path& path, const models::Model& model, const TrainingData& data,
                            const PretrainEnd& end,
                            const std::vector<std::pair<std::string, const Validation*>>& evaluations);

}  // namespace epitaxy::train
