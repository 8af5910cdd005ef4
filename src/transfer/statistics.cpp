#include "transfer/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "train/metrics.h"

namespace epitaxy::transfer {

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

/// `variance_of_mean` over the variance of the differences.
PairedTest t_test(std::span<const double> differences, double factor) {
  if (differences.size() < 2) {
    return {differences.empty() ? std::nan("") : differences[0], std::nan("")};
  }
  const train::Spread spread = train::spread(differences);
  if (spread.deviation == 0) {
    return {spread.mean, spread.mean == 0 ? 1.0 : 0.0};
  }
  const double t = spread.mean / (spread.deviation * std::sqrt(factor));
  const boost::math::students_t distribution(static_cast<double>(differences.size() - 1));
  return {spread.mean, 2 * boost::math::cdf(boost::math::complement(distribution, std::abs(t)))};
}

}  // namespace

PairedTest resampled_t_test(std::span<const double> differences, double test_share) {
  return t_test(differences, 1.0 / static_cast<double>(differences.size()) + test_share);
}

PairedTest paired_t_test(std::span<const double> differences) {
  return t_test(differences, 1.0 / static_cast<double>(differences.size()));
}

}  // namespace epitaxy::transfer
