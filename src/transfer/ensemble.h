#pragma once
/// \file
/// Several models of one variant as one: their predictions, and their weights in one file.
#include <vector>

#include "models/model_file.h"

namespace epitaxy::transfer {

/// Collects predictions of several models for each row.
class Ensemble {
 public:
  explicit Ensemble(std::size_t rows) : values_(rows) {}
  void add(std::size_t row, double value) { values_[row].push_back(value); }
  /// Appends mean (NaN without a prediction) and standard deviation (NaN with less than two) of each row.
  void finish(std::vector<double>& mean, std::vector<double>& deviation) const;

 private:
  std::vector<std::vector<double>> values_;
};

/// Adds a trained model to an ensemble. The heads' weights are rescaled where the standardizers differ from those of
/// the first member, as they do when each was fitted to its own training rows.
void add_member(models::ModelFile& ensemble, models::ModelFile member);

}  // namespace epitaxy::transfer
