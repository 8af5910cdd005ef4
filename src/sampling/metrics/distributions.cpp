#include "sampling/metrics/distributions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "train/metrics.h"

namespace epitaxy::sampling {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double wasserstein_distance(std::vector<double> a, std::vector<double> b) {
  if (a.empty() || b.empty()) {
    return kNone;
  }
  std::ranges::sort(a);
  std::ranges::sort(b);
  double area = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  double at = std::min(a[0], b[0]);
  while (i < a.size() || j < b.size()) {
    const double next = i == a.size() ? b[j] : (j == b.size() ? a[i] : std::min(a[i], b[j]));
    const double gap =
        static_cast<double>(i) / static_cast<double>(a.size()) - static_cast<double>(j) / static_cast<double>(b.size());
    area += std::abs(gap) * (next - at);
    at = next;
    while (i < a.size() && a[i] == at) {
      ++i;
    }
    while (j < b.size() && b[j] == at) {
      ++j;
    }
  }
  return area;
}

std::vector<double> mean_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    while (last < order.size() && values[order[last]] == values[order[first]]) {
      ++last;
    }
    for (std::size_t k = first; k < last; ++k) {
      ranks[order[k]] = 0.5 * static_cast<double>(first + 1 + last);
    }
  }
  return ranks;
}

double rank_correlation(std::span<const double> a, std::span<const double> b) {
  check(a.size() == b.size(), "pairs of values");
  const std::vector<double> x = mean_ranks(a);
  const std::vector<double> y = mean_ranks(b);
  const double mean = 0.5 * (static_cast<double>(a.size()) + 1);
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
    xy += (x[i] - mean) * (y[i] - mean);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : kNone;
}

Estimate estimate(std::span<const double> replicates) {
  std::vector<double> values;
  std::ranges::copy_if(replicates, std::back_inserter(values), [](double v) { return !std::isnan(v); });
  if (values.empty()) {
    return {kNone, kNone};
  }
  const train::Spread spread = train::spread(values);
  return {spread.mean, spread.deviation / std::sqrt(static_cast<double>(values.size()))};
}

}  // namespace epitaxy::sampling
