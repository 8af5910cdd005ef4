#pragma once
/// \file
/// Several models of one variant as one: their predictions, and their weights in one file.
#include <vector>

#include "models/head_task.h"
#include "models/model_file.h"

namespace epitaxy::transfer {

/// Collects predictions of several models, number by number.
class Ensemble {
 public:
  explicit Ensemble(std::size_t numbers) : values_(numbers) {}
  void add(std::size_t number, double value) { values_[number].push_back(value); }
  /// Appends mean (NaN without a prediction) and standard deviation (NaN with less than two) of each number.
  void finish(std::vector<double>& mean, std::vector<double>& deviation) const;

 private:
  std::vector<std::vector<double>> values_;
};

/// Columns of tables of predictions: `target`, `prediction`, `prediction_std`; of classes the most probable one, and
/// then the probabilities (`probability_yes`, `probability_yes_std`).
std::vector<std::string> prediction_columns(const models::Head& head);
/// Of row `i` of values and deviations [rows, values].
std::vector<std::string> prediction_fields(const models::Head& head, double label, std::span<const double> values,
                                           std::span<const double> deviations, std::size_t i);

/// Adds a trained model to an ensemble. The heads' weights are rescaled where the standardizers differ from those of
/// the first member, as they do when each was fitted to its own training rows.
void add_member(models::ModelFile& ensemble, models::ModelFile member);

}  // namespace epitaxy::transfer
