#pragma once
/// \file
/// The learners behind `train_regressor`. They see standardized labels and columns that differ between rows.
#include <memory>

#include "learners/regressor.h"

namespace epitaxy::learners {

/// What a learner of standardized labels is trained on.
struct TrainingTable {
  const std::vector<ColumnKind>& kinds;
  const Matrix& rows;
  std::vector<double> labels;
  std::uint64_t seed;
};

/// Forests and boosting by XGBoost (Chen and Guestrin, KDD 2016).
std::unique_ptr<Regressor> train_trees(const LearnerSettings& settings, const TrainingTable& table);
std::unique_ptr<Regressor> read_trees(const data::Hdf5File& file, const std::string& group);

/// Ridge regression with the kernel
///     (w T + (1 - w) G) C;   T = sum min(a, b) / sum max(a, b) of the fragment counts (Ralaivola et al., Neural Netw.
/// 18, 1093, 2005), G and C Gaussians of standardized numbers and cheap values; what has no columns is 1 (T, G alone).
std::unique_ptr<Regressor> train_kernel_ridge(const LearnerSettings& settings, const TrainingTable& table);
std::unique_ptr<Regressor> read_kernel_ridge(const data::Hdf5File& file, const std::string& group);

/// Linear in standardized columns.
std::unique_ptr<Regressor> train_ridge(const LearnerSettings& settings, const TrainingTable& table);
std::unique_ptr<Regressor> read_ridge(const data::Hdf5File& file, const std::string& group);

/// Dense layers (models::CompositionNet) on standardized columns. Null when stopped.
std::unique_ptr<Regressor> train_network(const LearnerSettings& settings, const TrainingTable& table,
                                         const StopQuestion& stop);
std::unique_ptr<Regressor> read_network(const data::Hdf5File& file, const std::string& group);

/// Mean and standard deviation of columns.
struct ColumnScales {
  std::vector<double> mean, scale;  ///< [columns]; scale is 1 for a constant column.

  static ColumnScales fit(const Matrix& rows);
  Matrix apply(const Matrix& rows) const;
};

}  // namespace epitaxy::learners
