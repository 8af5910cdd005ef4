#pragma once
/// \file
/// Samples of a number, pairs of such, and the standard normal distribution. Sums are float64 in the order of the
/// values.
#include <cstddef>
#include <span>
#include <vector>

namespace epitaxy::statistics {

/// Mean; NaN of none.
double mean(std::span<const double> values);

/// Mean (0 of none) and sample standard deviation (NaN of fewer than two values).
struct Spread {
  double mean = 0;
  double deviation = 0;
};

Spread spread(std::span<const double> values);

/// Mean of independent replicates.
struct Estimate {
  double mean = 0;
  double error = 0;  ///< Standard error of the mean; NaN of fewer than two values.
};

/// Of the values that are not NaN; both NaN if there is none.
Estimate estimate(std::span<const double> replicates);

/// From where to where values lie.
struct Range {
  std::size_t count = 0;
  double low = 0;  ///< Infinity of none.
  double mean = 0;
  double high = 0;  ///< Minus infinity of none.
};

/// Of the values that are not NaN; the mean is NaN if there is none.
Range range(std::span<const double> values);

/// The middle value, of an even number the upper of the two. Of at least one.
double upper_median(std::vector<double> values);

/// Ranks from 1; equal values share the mean of theirs.
std::vector<double> mean_ranks(std::span<const double> values);
/// Ranks from 0; equal values in the order in which they stand.
std::vector<double> ordinal_ranks(std::span<const double> values);

/// Pearson's correlation.
double correlation(std::span<const double> a, std::span<const double> b);
/// Spearman's rank correlation, with mean ranks of equal values; NaN when one series is constant or there are fewer
/// than two pairs.
double rank_correlation(std::span<const double> a, std::span<const double> b);

/// The straight line through (x, y) with the smallest sum of squares; where x is NaN it gives the mean of y.
struct StraightLine {
  double slope = 0;
  double offset = 0;
  double mean = 0;  ///< Of all y.

  static StraightLine fit(std::span<const double> x, std::span<const double> y);
  double at(double x) const;
};

/// Wasserstein-1 distance (earth mover's distance) of two samples, in their unit: the area between their cumulative
/// distributions, as MOSES compares properties. NaN when one is empty.
double wasserstein_distance(std::vector<double> a, std::vector<double> b);

/// Probability of a value below x of the standard normal distribution, accurate far into its tails.
double normal_below(double x);
/// The value with probability p in (0, 1) below it.
double normal_quantile(double p);

}  // namespace epitaxy::statistics
