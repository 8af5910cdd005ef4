#pragma once
/// \file
/// Comparing samples of a number, and series of numbers.
#include <cstddef>
#include <span>
#include <vector>

namespace epitaxy::sampling {

/// Wasserstein-1 distance (earth mover's distance) of two samples, in their unit: the area between their cumulative
/// distributions, as MOSES compares properties. NaN when one is empty.
double wasserstein_distance(std::vector<double> a, std::vector<double> b);

/// Ranks from 1; equal values share the mean of theirs.
std::vector<double> mean_ranks(std::span<const double> values);

/// Spearman's rank correlation, with mean ranks of equal values; NaN when one series is constant or there are fewer
/// than two pairs.
double rank_correlation(std::span<const double> a, std::span<const double> b);

/// Mean of independent replicates.
struct Estimate {
  double mean = 0;
  double error = 0;  ///< Standard error of the mean; NaN of fewer than two values.
};

/// Of the values that are not NaN; both NaN if there is none.
Estimate estimate(std::span<const double> replicates);

}  // namespace epitaxy::sampling
