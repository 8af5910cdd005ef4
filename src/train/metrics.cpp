#include "train/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace epitaxy::train {

RegressionMetrics regression_metrics(std::span<const double> truth, std::span<const double> prediction) {
  check(truth.size() == prediction.size(), "metrics compare columns of one length");
  RegressionMetrics m;
  double sum = 0;
  double absolute = 0;
  double squares = 0;
  double smallest = std::numeric_limits<double>::infinity();
  double largest = -smallest;
  const auto counts = [&](std::size_t i) { return !std::isnan(truth[i]) && !std::isnan(prediction[i]); };
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (counts(i)) {
      const double error = prediction[i] - truth[i];
      ++m.count;
      sum += truth[i];
      absolute += std::abs(error);
      squares += error * error;
      smallest = std::min(smallest, truth[i]);
      largest = std::max(largest, truth[i]);
    }
  }
  if (m.count == 0) {
    m.mae = m.rmse = m.r2 = std::numeric_limits<double>::quiet_NaN();
    return m;
  }
  const auto n = static_cast<double>(m.count);
  const double mean = sum / n;
  double total = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (counts(i)) {
      total += (truth[i] - mean) * (truth[i] - mean);
    }
  }
  m.mae = absolute / n;
  m.rmse = std::sqrt(squares / n);
  m.r2 = smallest < largest ? 1 - squares / total : std::numeric_limits<double>::quiet_NaN();
  return m;
}

Spread spread(std::span<const double> values) {
  Spread s{0, std::nan("")};
  const auto n = static_cast<double>(values.size());
  for (const double value : values) {
    s.mean += value / n;
  }
  double squares = 0;
  for (const double value : values) {
    squares += (value - s.mean) * (value - s.mean);
  }
  if (values.size() > 1) {
    s.deviation = std::sqrt(squares / (n - 1));
  }
  return s;
}

}  // namespace epitaxy::train
