#include "features/scaling.h"

#include <cmath>
#include <limits>

#include "base/error.h"

namespace epitaxy::features {

ColumnSums::ColumnSums(std::vector<float> fixed_shift)
    : shift(std::move(fixed_shift)), sum(shift.size(), 0), squares(shift.size(), 0), nonzero(shift.size(), 0) {}

void ColumnSums::add(const float* row) {
  ++rows;
  for (std::size_t j = 0; j < columns(); ++j) {
    const double value = static_cast<double>(row[j]) - static_cast<double>(shift[j]);
    sum[j] += value;
    squares[j] += value * value;
    nonzero[j] += row[j] != 0 ? 1 : 0;
  }
}

void ColumnSums::add(const ColumnSums& other) {
  check(shift == other.shift, "only sums of the same shift can be added");
  rows += other.rows;
  for (std::size_t j = 0; j < columns(); ++j) {
    sum[j] += other.sum[j];
    squares[j] += other.squares[j];
    nonzero[j] += other.nonzero[j];
  }
}

Scaling Scaling::of(const ColumnSums& sums) {
  check(sums.rows > 0, "columns are scaled by at least one row");
  const auto rows = static_cast<double>(sums.rows);
  // Rounding alone can give so much of the mean square as variance: a bound for sums of that many terms.
  const double noise = 4 * rows * std::numeric_limits<double>::epsilon();
  Scaling result;
  for (std::size_t j = 0; j < sums.columns(); ++j) {
    const double shifted = sums.sum[j] / rows;
    const double square = sums.squares[j] / rows;
    const double variance = square - shifted * shifted;
    result.mean.push_back(static_cast<double>(sums.shift[j]) + shifted);
    result.factor.push_back(variance > noise * square ? 1 / std::sqrt(variance) : 0);
  }
  return result;
}

void Scaling::apply(const float* row, float* standardized) const {
  for (std::size_t j = 0; j < columns(); ++j) {
    standardized[j] = static_cast<float>((static_cast<double>(row[j]) - mean[j]) * factor[j]);
  }
}

}  // namespace epitaxy::features
