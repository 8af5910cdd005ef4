#pragma once
/// \file
/// The table of numbers that learners learn from.
#include <cstdint>
#include <span>
#include <vector>

#include "features/columns.h"

namespace epitaxy::learners {

using features::ColumnKind;
using features::Matrix;
using features::pick_rows;

/// The given columns of a matrix.
Matrix pick_columns(const Matrix& matrix, std::span<const std::int64_t> columns);

/// Mean and standard deviation of columns.
struct ColumnScales {
  std::vector<double> mean, scale;  ///< [columns]; scale is 1 for a constant column.

  /// `weights` [rows], 1 on average, say how much each row counts; empty: all the same.
  static ColumnScales fit(const Matrix& rows, std::span<const double> weights = {});
  Matrix apply(const Matrix& rows) const;
};

}  // namespace epitaxy::learners
