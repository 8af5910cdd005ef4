#pragma once
/// \file
/// Intervals whose width follows how far the members of an ensemble are apart: residuals are divided by a scale of
/// their row, and the interval of a new row is as many times its own scale wide (normalized conformal prediction:
/// Papadopoulos et al., ECML 2002).
#include <optional>
#include <span>
#include <utility>
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

/// Half the width of each row's interval by the errors of the other folds, which also choose whether it has a scale:
/// what intervals do to rows that they know nothing of. Infinite where the others are too few.
std::vector<double> held_out_halves(std::span<const double> errors, std::span<const double> spreads,
                                    std::span<const int> folds, double coverage);

/// Of rows with their spread and whether they lie in their interval: the share that does, by quarters of the spread,
/// ascending. Nothing for fewer than four rows.
std::vector<double> covered_by_spread(std::vector<std::pair<double, bool>> rows);

}  // namespace epitaxy::transfer
