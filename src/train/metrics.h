#pragma once
/// \file
/// Regression metrics in physical units.
#include <cstddef>
#include <span>

namespace epitaxy::train {

/// Over pairs in which neither value is NaN. Sums are float64 in the order of the rows.
struct RegressionMetrics {
  std::size_t count = 0;
  double mae = 0;   ///< Mean absolute error.
  double rmse = 0;  ///< Root mean square error.
  double r2 = 0;    ///< 1 - SSE / SST; NaN for fewer than two rows or a constant truth.
};

RegressionMetrics regression_metrics(std::span<const double> truth, std::span<const double> prediction);

/// Mean and sample standard deviation (NaN for fewer than two values).
struct Spread {
  double mean = 0;
  double deviation = 0;
};

Spread spread(std::span<const double> values);

}  // namespace epitaxy::train
