#include "transfer/interval_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace epitaxy::transfer {

namespace {

/// Share of the mean absolute error below which no row's scale falls: members may agree and be wrong.
constexpr double kLeastShare = 0.15;
/// Intervals must be narrower by so much to be worth their form, ...
constexpr double kNarrower = 0.98;
/// ... and may hold so many rows less.
constexpr double kCoverageLost = 0.01;

/// Mean width, and share of rows held, of intervals that were calibrated on other folds.
struct Held {
  double width = 0;
  double covered = 0;
};

/// The residual below which `coverage` of some lie; infinite for too few.
double quantile(std::vector<double> residuals, double coverage) {
  const auto rank = static_cast<std::size_t>(std::ceil(coverage * static_cast<double>(residuals.size() + 1) - 1e-9));
  if (rank == 0 || rank > residuals.size()) {
    return std::numeric_limits<double>::infinity();
  }
  std::ranges::nth_element(residuals, residuals.begin() + static_cast<std::ptrdiff_t>(rank) - 1);
  return residuals[rank - 1];
}

/// Half the width of each row's interval: scale, as `scale_of` makes it of errors, spreads and folds, and quantile are
/// those of the other folds.
template <typename F>
std::vector<double> halves_by_others(std::span<const double> errors, std::span<const double> spreads,
                                     std::span<const int> folds, double coverage, F scale_of) {
  std::vector<double> halves(errors.size());
  const int count = folds.empty() ? 0 : *std::ranges::max_element(folds) + 1;
  for (int fold = 0; fold < count; ++fold) {
    std::vector<double> others;
    std::vector<double> their_spreads;
    std::vector<int> their_folds;
    for (std::size_t i = 0; i < errors.size(); ++i) {
      if (folds[i] != fold) {
        others.push_back(errors[i]);
        their_spreads.push_back(spreads[i]);
        their_folds.push_back(folds[i]);
      }
    }
    const IntervalScale scale = others.empty() ? IntervalScale{} : scale_of(others, their_spreads, their_folds);
    std::vector<double> residuals;
    for (std::size_t i = 0; i < others.size(); ++i) {
      residuals.push_back(std::abs(others[i]) / scale.at(their_spreads[i]));
    }
    const double limit = quantile(std::move(residuals), coverage);
    for (std::size_t i = 0; i < errors.size(); ++i) {
      if (folds[i] == fold) {
        halves[i] = limit * scale.at(spreads[i]);
      }
    }
  }
  return halves;
}

/// By leaving out each fold; `scaled`: by the scale of the other folds' rows.
Held held_out(std::span<const double> errors, std::span<const double> spreads, std::span<const int> folds,
              double coverage, bool scaled) {
  const auto halves = halves_by_others(
      errors, spreads, folds, coverage,
      [&](const auto& e, const auto& s, const auto&) { return scaled ? IntervalScale::fit(e, s) : IntervalScale{}; });
  Held held;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    held.width += 2 * halves[i] / static_cast<double>(errors.size());
    held.covered += std::abs(errors[i]) <= halves[i] ? 1.0 / static_cast<double>(errors.size()) : 0;
  }
  return held;
}

}  // namespace

double IntervalScale::at(double spread) const { return std::max(offset + slope * spread, least); }

IntervalScale IntervalScale::fit(std::span<const double> errors, std::span<const double> spreads) {
  check(!errors.empty() && errors.size() == spreads.size(), "a spread for each error");
  double mean_error = 0;
  double mean_spread = 0;
  const auto count = static_cast<double>(errors.size());
  for (std::size_t i = 0; i < errors.size(); ++i) {
    mean_error += std::abs(errors[i]) / count;
    mean_spread += spreads[i] / count;
  }
  double covariance = 0;
  double variance = 0;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    covariance += (std::abs(errors[i]) - mean_error) * (spreads[i] - mean_spread);
    variance += (spreads[i] - mean_spread) * (spreads[i] - mean_spread);
  }
  IntervalScale scale{mean_error, 0, kLeastShare * mean_error};
  if (variance > 0 && covariance > 0) {
    scale.slope = covariance / variance;
    scale.offset = mean_error - scale.slope * mean_spread;
  }
  if (scale.offset < 0) {
    scale = {0, mean_error / mean_spread, scale.least};
  }
  if (mean_error == 0) {
    return {};  // nothing to divide by
  }
  return scale;
}

std::vector<double> member_spreads(std::span<const std::vector<double>* const> errors,
                                   std::span<const double> weights) {
  std::vector<double> spreads(errors.front()->size(), 0);
  for (std::size_t i = 0; i < spreads.size(); ++i) {
    double mean = 0;
    for (std::size_t m = 0; m < errors.size(); ++m) {
      mean += weights[m] * (*errors[m])[i];
    }
    for (std::size_t m = 0; m < errors.size(); ++m) {
      spreads[i] += weights[m] * ((*errors[m])[i] - mean) * ((*errors[m])[i] - mean);
    }
    spreads[i] = std::sqrt(spreads[i]);
  }
  return spreads;
}

std::optional<IntervalScale> choose_scale(std::span<const double> errors, std::span<const double> spreads,
                                          std::span<const int> folds, double coverage) {
  if (errors.empty() || std::ranges::all_of(spreads, [](double s) { return s == 0; })) {
    return std::nullopt;
  }
  const Held constant = held_out(errors, spreads, folds, coverage, false);
  const Held scaled = held_out(errors, spreads, folds, coverage, true);
  const bool is_better = std::isfinite(scaled.width) && scaled.width < kNarrower * constant.width &&
                         scaled.covered >= constant.covered - kCoverageLost;
  return is_better ? std::optional(IntervalScale::fit(errors, spreads)) : std::nullopt;
}

std::vector<double> held_out_halves(std::span<const double> errors, std::span<const double> spreads,
                                    std::span<const int> folds, double coverage) {
  return halves_by_others(errors, spreads, folds, coverage, [&](const auto& e, const auto& s, const auto& f) {
    return choose_scale(e, s, f, coverage).value_or(IntervalScale{});
  });
}

std::vector<double> covered_by_spread(std::vector<std::pair<double, bool>> rows) {
  constexpr std::size_t kParts = 4;
  std::vector<double> shares;
  std::ranges::sort(rows);
  for (std::size_t q = 0; q < kParts && rows.size() >= kParts; ++q) {
    const std::size_t first = q * rows.size() / kParts;
    const std::size_t last = (q + 1) * rows.size() / kParts;
    std::size_t covered = 0;
    for (std::size_t i = first; i < last; ++i) {
      covered += rows[i].second ? 1 : 0;
    }
    shares.push_back(static_cast<double>(covered) / static_cast<double>(last - first));
  }
  return shares;
}

}  // namespace epitaxy::transfer
