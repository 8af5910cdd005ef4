#pragma once
/// \file
/// Intervals whose width follows how far the members of an ensemble are apart: residuals are divided by a scale of
/// their row, and the interval of a new row is as many times its own scale wide (normalized conformal prediction:
/// Papadopoulos et al., ECML 2002).
#include <optional>
#include <span>
#include <vector>

namespace epitaxy::transfer {

/// The error to be expected of a row, by the spread of the members' predictions: offset + slope x spread, at least
/// `least`.
struct IntervalScale {
  double offset = 1;
  double slope = 0;
  double least = 0;

  double at(double spread) const;
  /// By least squares on absolute errors, both numbers at least 0. Of at least one row.
  static IntervalScale fit(std::span<const double> errors, std::span<const double> spreads);
};

/// The standard deviation of the members' predictions of each row, from their errors: [members][rows] -> [rows].
std::vector<double> member_spreads(std::span<const std::vector<double>* const> errors, std::span<const double> weights);

/// The scale of all rows where it makes intervals narrower: with scale and quantile from all folds but one, those of
/// the rows of that one are narrower on average and hold as many of them. Otherwise nothing: the same width for all.
std::optional<IntervalScale> choose_scale(std::span<const double> errors, std::span<const double> spreads,
                                          std::span<const int> folds, double coverage);

}  // namespace epitaxy::transfer
