#pragma once
/// \file
/// How a pretraining ended: `summary.json`, and where its time went.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "epitaxy/train/evaluation.h"
#include "epitaxy/train/trainer.h"

namespace epitaxy::train {

struct PretrainEnd {
  TrainingState state;
  bool stopped_early = false;
  double seconds = 0;  ///< Of this process; a resumed run has others before it.
};

/// Writes and logs the metrics of each evaluated set by head, with and without labels out of range.
void write_pretrain_summary(const std::filesystem::path& path, const models::Model& model, const TrainingData& data,
                            const PretrainEnd& end,
                            const std::vector<std::pair<std::string, const Evaluation*>>& evaluations);

/// Logs the shares of gradients, exchange, update, data and validation, and the rates; nothing for a run without steps.
void log_times(const TrainingTimes& times);

}  // namespace epitaxy::train
