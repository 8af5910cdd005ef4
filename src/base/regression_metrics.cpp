#include "base/regression_metrics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/statistics.h"

namespace epitaxy::statistics {

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

RegressionMetrics average(std::span<const RegressionMetrics> all) {
  check(!all.empty(), "an average is of metrics");
  RegressionMetrics mean = all.front();
  mean.mae = mean.rmse = mean.r2 = 0;
  const auto n = static_cast<double>(all.size());
  for (const auto& m : all) {
    mean.mae += m.mae / n;
    mean.rmse += m.rmse / n;
    mean.r2 += m.r2 / n;
  }
  return mean;
}

Interval cv_plus_interval(std::span<const double> residuals, std::span<const int> folds,
                          std::span<const double> predictions, double coverage) {
  check(residuals.size() == folds.size(), "a fold for each residual");
  std::vector<double> low;
  std::vector<double> high;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    const double prediction = predictions[static_cast<std::size_t>(folds[i])];
    low.push_back(prediction - residuals[i]);
    high.push_back(prediction + residuals[i]);
  }
  // The rank, from 1, among the n ends; beyond n the interval is open.
  const auto rank = static_cast<std::size_t>(std::ceil(coverage * static_cast<double>(residuals.size() + 1) - 1e-9));
  if (rank > residuals.size()) {
    const double infinity = std::numeric_limits<double>::infinity();
    return {-infinity, infinity};
  }
  const auto from_start = static_cast<std::ptrdiff_t>(rank) - 1;
  const auto from_end = static_cast<std::ptrdiff_t>(residuals.size() - rank);
  std::ranges::nth_element(high, high.begin() + from_start);
  std::ranges::nth_element(low, low.begin() + from_end);
  return {low[static_cast<std::size_t>(from_end)], high[static_cast<std::size_t>(from_start)]};
}

namespace {

/// `factor`: the variance of the mean over that of the differences.
PairedTest t_test(std::span<const double> differences, double factor) {
  if (differences.size() < 2) {
    return {differences.empty() ? std::nan("") : differences[0], std::nan("")};
  }
  const Spread s = spread(differences);
  if (s.deviation == 0) {
    return {s.mean, s.mean == 0 ? 1.0 : 0.0};
  }
  const double t = s.mean / (s.deviation * std::sqrt(factor));
  const boost::math::students_t distribution(static_cast<double>(differences.size() - 1));
  return {s.mean, 2 * boost::math::cdf(boost::math::complement(distribution, std::abs(t)))};
}

}  // namespace

PairedTest resampled_t_test(std::span<const double> differences, double test_share) {
  return t_test(differences, 1.0 / static_cast<double>(differences.size()) + test_share);
}

PairedTest paired_t_test(std::span<const double> differences) {
  return t_test(differences, 1.0 / static_cast<double>(differences.size()));
}

}  // namespace epitaxy::statistics
