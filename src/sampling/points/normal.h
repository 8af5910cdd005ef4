#pragma once
/// \file
/// The standard normal distribution, accurate far into its tails.

namespace epitaxy::sampling {

/// Probability of a value below x.
double normal_below(double x);
/// The value with probability p in (0, 1) below it.
double normal_quantile(double p);

}  // namespace epitaxy::sampling
