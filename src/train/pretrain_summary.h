#pragma once
/// \file
/// How a pretraining ended: its figures, as `summary.json` and for people.
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/regression_metrics.h"
#include "train/latent_order.h"
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

/// A linear head against the fit of its property.
struct HeadDirection {
  double correlation = 0;
  double angle = 0;  ///< Degrees.
};

/// What the model is on one set of rows.
struct SetFigures {
  std::string set;                                      ///< `validation` or `test`
  std::vector<statistics::RegressionMetrics> in_range;  ///< By head, without labels out of range ...
  std::vector<statistics::RegressionMetrics> all;       ///< ... and with them.
  std::optional<MoleculeMetrics> molecules;             ///< What follows is empty without them.
  LatentOrder order;
  std::vector<std::optional<HeadDirection>> heads;  ///< By property of `order`; none: no linear head learns it.
};

SetFigures measure(const std::string& set, const models::Model& model, const TrainingData& data,
                   const Validation& validation, const float* weights);

nlohmann::ordered_json pretrain_summary(const models::Model& model, const TrainingData& data, const PretrainEnd& end,
                                        const std::vector<SetFigures>& sets);
void log_figures(const models::Model& model, const SetFigures& figures);

}  // namespace epitaxy::train
