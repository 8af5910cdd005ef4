#pragma once
/// \file
/// How a pretraining ended: its figures, as `summary.json` and for people.
#include <nlohmann/json_fwd.hpp>
#include <string>
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
};

/// A set of rows that was measured with the final weights.
struct MeasuredSet {
  std::string name;  ///< `validation` or `test`
  const Validation& validation;
  const float* weights;
};

nlohmann::ordered_json pretrain_summary(const models::Model& model, const TrainingData& data, const PretrainEnd& end,
                                        const std::vector<MeasuredSet>& sets);
void log_figures(const models::Model& model, const MeasuredSet& set);

}  // namespace epitaxy::train
