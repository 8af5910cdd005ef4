#pragma once
/// \file
/// Rows in memory, as an executor reads them, and predictions for many rows.
#include <vector>

#include "models/model.h"
#include "parallel/communicator.h"

namespace epitaxy::train {

/// features [count, feature_count]; targets [count, head_count], standardized, NaN where there is no label.
struct Rows {
  std::size_t count = 0;
  std::size_t feature_count = 0;
  std::size_t head_count = 0;
  std::vector<float> features;
  std::vector<float> targets;
};

/// By feature of the model (element, token): how many rows hold it.
std::vector<std::int64_t> count_seen(const Rows& rows, const models::ModelDescription& model);

/// Rows of one chunk of predictions. Fixed, so that a row's prediction does not depend on the rows around it.
inline constexpr std::size_t kPredictionRows = 256;

/// Predicts any number of rows in chunks, the last one padded with zeros.
class Predictor {
 public:
  Predictor(const models::Model& model, const nn::Arithmetic& arithmetic);
  /// features [count, feature_count] -> standardized predictions [count, heads].
  void predict(const float* weights, const float* features, std::size_t count, float* predictions);

 private:
  std::size_t feature_count_;
  std::size_t head_count_;
  std::unique_ptr<models::Executor> executor_;
  std::vector<float> chunk_features_;
  std::vector<float> chunk_predictions_;
};

/// The predictions of rows that are spread over the ranks in order (rank r holds `counts[r]` of them), on every rank.
class DistributedPredictor {
 public:
  /// `mine` are this rank's rows. Collective.
  DistributedPredictor(const parallel::Communicator& communicator, const models::Model& model,
                       const nn::Arithmetic& arithmetic, Rows mine);
  /// Standardized predictions [rows of all ranks, heads]. Collective; valid until the next call.
  const std::vector<float>& predict(const float* weights);

 private:
  parallel::Communicator communicator_;
  Predictor predictor_;
  Rows mine_;
  parallel::Parts parts_;  ///< Of the predictions.
  std::vector<float> predictions_;
};

}  // namespace epitaxy::train
