#pragma once
/// \file
/// Metrics and predictions on a set of labelled rows, computed by all ranks.
#include <string>
#include <vector>

#include "train/rows.h"
#include "train/run_files.h"
#include "train/training_data.h"

namespace epitaxy::train {

class Evaluation {
 public:
  /// Loads this rank's part of the rows. Collective. The arguments outlive the evaluation.
  Evaluation(const parallel::Communicator& communicator, const models::Model& model, const nn::Arithmetic& arithmetic,
             const TrainingData& data, const std::vector<RowReference>& rows);

  /// By head, over the labels in range, in physical units; the same on all ranks. Collective.
  std::vector<models::Figures> evaluate(const float* weights);
  /// The same of the last `evaluate`, also over all labels.
  std::vector<models::Figures> figures(bool in_range_only) const;
  /// Appends the last predictions, a line for each label, in the columns of `prediction_columns`.
  void append_predictions(CsvWriter& table, const std::string& set) const;
  std::size_t rows() const { return rows_.size(); }

 private:
  /// The values of a prediction.
  std::vector<double> prediction(std::size_t i, std::size_t head) const;

  const models::Model& model_;
  const TrainingData& data_;
  const std::vector<RowReference>& rows_;
  DistributedPredictor predictor_;
  std::vector<std::size_t> places_;  ///< [heads + 1] of the outputs.
  const std::vector<float>* predictions_ = nullptr;
};

/// The text as given and its group (formula and composition, smiles and molecule); set, head, target, prediction.
std::vector<std::string> prediction_columns(const chem::Substance& substance);

}  // namespace epitaxy::train
