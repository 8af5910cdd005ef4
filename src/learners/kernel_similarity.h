#pragma once
/// \file
/// How similar rows are to training rows, by their fragments, their numbers and their coordinates. Not for other
/// layers.
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

/// Standardized columns. Squashed ones are those of sign(x) log(1 + |x|), clipped to 4 deviations: then rows that are
/// far from all others in some columns are compared by the rest, too.
class NumberScales {
 public:
  NumberScales(const Matrix& rows, bool squash);
  Matrix apply(const Matrix& rows) const;

 private:
  bool squash_;
  ColumnScales scales_;
};

/// Of rows to training rows, between 0 and 1, by columns of one kind.
class ColumnSimilarity {
 public:
  virtual ~ColumnSimilarity() = default;
  /// Of rows to the first `known` training rows.
  virtual Kernel similarity(const Matrix& rows, std::size_t known) const = 0;
};

/// exp(-d^2 / (2 width^2 columns)) of scaled rows with the Euclidean distance d.
class Gaussian final : public ColumnSimilarity {
 public:
  Gaussian(const Matrix& rows, double width, bool squash);
  Kernel similarity(const Matrix& rows, std::size_t known) const override;

 private:
  NumberScales scales_;
  Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> numbers_;
  double width_;
  Eigen::VectorXd squares_;
};

/// Rows of float32, filled up with zeros to whole registers.
using PaddedRows = Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// exp(-mean_j |a_j - b_j| / width) of scaled rows.
class Laplacian final : public ColumnSimilarity {
 public:
  Laplacian(const Matrix& rows, double width, bool squash);
  Kernel similarity(const Matrix& rows, std::size_t known) const override;

 private:
  NumberScales scales_;
  PaddedRows numbers_;
  double factor_;
};

/// exp(-d^2 / (width m)) with the Euclidean distance d of the columns as they are, and the median m of d^2 over pairs
/// of training rows (of 500 of them, where there are more).
class Coordinates final : public ColumnSimilarity {
 public:
  Coordinates(const Matrix& rows, double width);
  Kernel similarity(const Matrix& rows, std::size_t known) const override;

 private:
  PaddedRows coordinates_;
  double factor_;
};

/// exp(-m / width^2) of rows that differ in m categories, each of which is one of several columns of 0 and 1.
class Categories final : public ColumnSimilarity {
 public:
  Categories(const Matrix& rows, double width);
  Kernel similarity(const Matrix& rows, std::size_t known) const override;

 private:
  PaddedRows categories_;
  double factor_;
};

}  // namespace epitaxy::learners
