#pragma once
/// \file
/// What a pretraining measures on its validation rows after each epoch, and the number by which it chooses the best.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/regression_metrics.h"
#include "train/evaluation.h"
#include "train/molecule_evaluation.h"

namespace epitaxy::train {

/// Which epoch's weights become the model: `mean` (smallest mean over the heads' MAE), a head's name (its MAE),
/// `reconstruction` (most molecules reconstructed), `last`.
using ChooseBy = std::string;

class Validation {
 public:
  /// `molecules` for a molecule_vae. Collective. The arguments outlive the validation.
  Validation(const parallel::Communicator& communicator, const models::Model& model, const nn::Arithmetic& arithmetic,
             const TrainingData& data, const std::vector<RowReference>& rows, ChooseBy choose_by,
             const std::optional<MoleculeEvaluationSettings>& molecules);

  /// Measures; returns what is to be as small as possible: for `last` the negative of the number of finished epochs.
  /// Collective.
  double evaluate(const float* weights, std::int64_t epoch);

  /// The last measurement as columns of `metrics.csv` (empty fields when `there` is false) and as part of a log line.
  std::vector<std::string> columns() const;
  std::vector<std::string> fields(bool there) const;
  std::string line() const;

  const Evaluation& properties() const { return properties_; }
  const std::optional<MoleculeMetrics>& molecules() const { return molecule_metrics_; }
  /// Of a molecule_vae: latent means [rows, latent] of the last measurement.
  const std::vector<float>& latent_means() const { return molecules_->means(); }

 private:
  const models::Model& model_;
  ChooseBy choose_by_;
  Evaluation properties_;
  std::unique_ptr<MoleculeEvaluation> molecules_;
  std::vector<statistics::RegressionMetrics> metrics_;  ///< By head.
  std::optional<MoleculeMetrics> molecule_metrics_;
};

}  // namespace epitaxy::train
