#pragma once
/// \file
/// How similar rows are to training rows, by their fragments and by their numbers. Not for other layers.
#include <cstdint>
#include <vector>

#include "learners/table.h"
#include "linalg/eigen.h"

namespace epitaxy::learners {

using Kernel = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The columns of one kind.
Matrix columns_of(const Matrix& rows, const std::vector<std::int64_t>& kinds, ColumnKind kind);

/// Fragment counts of the training rows, by fragment: few rows hold each. sum min(a, b) / sum max(a, b).
class Fragments {
 public:
  explicit Fragments(const Matrix& counts);

  bool empty() const { return by_column_.empty(); }

  /// Similarity of one row to each of the first `known` training rows.
  void similarity(const float* counts, std::size_t known, double* result) const;

 private:
  struct Entry {
    std::size_t row;
    float count;
  };
  std::vector<std::vector<Entry>> by_column_;
  std::vector<double> sums_;
};

/// exp(-d^2 / (2 width^2 columns)) of standardized rows.
class Gaussian {
 public:
  Gaussian(const Matrix& rows, double width);

  bool empty() const { return numbers_.cols() == 0; }

  /// Of rows to the first `known` training rows.
  Kernel similarity(const Matrix& rows, std::size_t known) const;

 private:
  ColumnScales scales_;
  Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> numbers_;
  double width_;
  Eigen::VectorXd squares_;
};

}  // namespace epitaxy::learners
