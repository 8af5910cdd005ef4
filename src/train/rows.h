#pragma once
/// \file
/// Rows in memory, as an executor reads them, and predictions for many rows.
#include <vector>

#include "models/model.h"
#include "parallel/communicator.h"

namespace epitaxy::train {

/// targets [rows, head_count], standardized, NaN where there is no label.
struct Rows {
  models::RowBlock block;
  std::size_t head_count = 0;
  std::vector<float> targets;
  std::vector<float> weights = {};  ///< [rows] how much each counts, 1 on average; empty: all the same.

  std::size_t count() const { return block.rows(); }
};

/// Rows of one chunk of predictions. Fixed, so that a row's prediction does not depend on the rows around it.
inline constexpr std::size_t kPredictionRows = 256;

/// Predicts any number of rows in chunks, the last one filled up with absent rows.
class Predictor {
 public:
  Predictor(const models::Model& model, const nn::Arithmetic& arithmetic);
  /// Outputs [rows, outputs of all heads], of numbers standardized.
  void predict(const float* weights, const models::RowBlock& rows, float* predictions);

 private:
  std::size_t outputs_;
  std::unique_ptr<models::Executor> executor_;
  models::RowBlock chunk_;
  std::vector<float> chunk_predictions_;
};

/// The predictions of rows that are spread over the ranks in order, on every rank.
class DistributedPredictor {
 public:
  /// `mine` are this rank's rows. Collective.
  DistributedPredictor(const parallel::Communicator& communicator, const models::Model& model,
                       const nn::Arithmetic& arithmetic, models::RowBlock mine);
  /// Outputs [rows of all ranks, outputs of all heads]. Collective; valid until the next call.
  const std::vector<float>& predict(const float* weights);

 private:
  parallel::Communicator communicator_;
  Predictor predictor_;
  models::RowBlock mine_;
  parallel::Parts parts_;  ///< Of the predictions.
  std::vector<float> predictions_;
};

}  // namespace epitaxy::train
