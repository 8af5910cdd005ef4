#include "base/statistics.h"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>
#include <numeric>

#include "base/error.h"

namespace epitaxy::statistics {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<std::size_t> places_of(std::span<const double> values) {
  std::vector<std::size_t> places(values.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  return places;
}

}  // namespace

double mean(std::span<const double> values) { return values.empty() ? kNone : spread(values).mean; }

Spread spread(std::span<const double> values) {
  Spread s{0, kNone};
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

Estimate estimate(std::span<const double> replicates) {
  std::vector<double> values;
  std::ranges::copy_if(replicates, std::back_inserter(values), [](double v) { return !std::isnan(v); });
  if (values.empty()) {
    return {kNone, kNone};
  }
  const Spread s = spread(values);
  return {s.mean, s.deviation / std::sqrt(static_cast<double>(values.size()))};
}

Range range(std::span<const double> values) {
  Range result{0, kInfinity, 0, -kInfinity};
  double sum = 0;
  for (const double value : values) {
    if (!std::isnan(value)) {
      ++result.count;
      sum += value;
      result.low = std::min(result.low, value);
      result.high = std::max(result.high, value);
    }
  }
  result.mean = sum / static_cast<double>(result.count);
  return result;
}

double upper_median(std::vector<double> values) {
  check(!values.empty(), "a median is of values");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

std::vector<double> mean_ranks(std::span<const double> values) {
  std::vector<std::size_t> order = places_of(values);
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

std::vector<double> ordinal_ranks(std::span<const double> values) {
  std::vector<std::size_t> order = places_of(values);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    ranks[order[i]] = static_cast<double>(i);
  }
  return ranks;
}

double correlation(std::span<const double> a, std::span<const double> b) {
  check(a.size() == b.size(), "pairs of values");
  const Spread spread_a = spread(a);
  const Spread spread_b = spread(b);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i] - spread_a.mean) * (b[i] - spread_b.mean);
  }
  return sum / (static_cast<double>(a.size()) - 1) / (spread_a.deviation * spread_b.deviation);
}

double rank_correlation(std::span<const double> a, std::span<const double> b) {
  check(a.size() == b.size(), "pairs of values");
  const std::vector<double> x = mean_ranks(a);
  const std::vector<double> y = mean_ranks(b);
  const double middle = 0.5 * (static_cast<double>(a.size()) + 1);
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - middle) * (x[i] - middle);
    yy += (y[i] - middle) * (y[i] - middle);
    xy += (x[i] - middle) * (y[i] - middle);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : kNone;
}

StraightLine StraightLine::fit(std::span<const double> x, std::span<const double> y) {
  check(x.size() == y.size(), "pairs of values");
  StraightLine line;
  line.mean = spread(y).mean;
  double count = 0;
  double mean_x = 0;
  double mean_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isnan(x[i])) {
      count += 1;
      mean_x += (x[i] - mean_x) / count;
      mean_y += (y[i] - mean_y) / count;
    }
  }
  double xx = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isnan(x[i])) {
      xx += (x[i] - mean_x) * (x[i] - mean_x);
      xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
  }
  line.slope = xx > 0 ? xy / xx : 0;
  line.offset = (count > 0 ? mean_y : line.mean) - line.slope * mean_x;
  return line;
}

double StraightLine::at(double x) const { return std::isnan(x) ? mean : offset + slope * x; }

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

double normal_below(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

double normal_quantile(double p) {
  // Boost computes in long double by default, several times slower.
  using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p, Policy());
}

}  // namespace epitaxy::statistics
