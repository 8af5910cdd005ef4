#pragma once
/// \file
/// Columns brought to mean 0 and deviation 1. What is learned from the rows are sums, so that ranks can share the rows.
#include <cstddef>
#include <cstdint>
#include <vector>

namespace epitaxy::features {

/// Sums over rows. All members but `shift` are sums over the rows, plain numbers that can be stored and sent. Sums of
/// doubles depend on their order: for the same bits on any number of ranks, sum fixed shares of the rows and add the
/// shares in a fixed order.
struct ColumnSums {
  ColumnSums() = default;
  explicit ColumnSums(std::size_t columns) : ColumnSums(std::vector<float>(columns, 0.0F)) {}
  /// `shift` [columns] is taken from every value first, because a variance is lost in the rounding of its sums when the
  /// mean is much larger than the deviation. Best is a row of the set, so that values are near it and a constant column
  /// sums to exactly zero. It is fixed before the first row and the same in all shares; it decides the bits.
  explicit ColumnSums(std::vector<float> shift);

  std::size_t columns() const { return shift.size(); }
  /// A row [columns] of finite numbers.
  void add(const float* row);
  /// A share of the same shift.
  void add(const ColumnSums& other);

  std::vector<float> shift;
  std::int64_t rows = 0;
  std::vector<double> sum, squares;   ///< [columns], of value - shift.
  std::vector<std::int64_t> nonzero;  ///< [columns] rows whose value is not 0.
};

/// standardized = (value - mean) * factor
struct Scaling {
  std::vector<double> mean, factor;  ///< [columns]; factor is 0 for a column with the same value in all rows.

  /// Mean and standard deviation (over the number of rows). There must be a row.
  static Scaling of(const ColumnSums& sums);

  std::size_t columns() const { return mean.size(); }
  /// [columns] both, which may be the same.
  void apply(const float* row, float* standardized) const;
};

}  // namespace epitaxy::features
