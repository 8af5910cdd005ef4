#pragma once
/// \file
/// A hurdle: where many labels are equal to the lowest one, as band gaps of metals are 0, two models learn. One tells
/// the share of labels above it, from all rows. The other learns the labels above it, from their rows alone. (Cragg,
/// Econometrica 39, 829, 1971.) The prediction is the median of the mixture, which has the smallest absolute error.
#include <span>
#include <vector>

#include "learners/learner.h"

namespace epitaxy::learners {

/// Whether enough labels are at the lowest one, and enough above it, to be learned apart.
bool has_two_parts(std::span<const double> labels);

/// The value that half of a mixture lies below: `lowest` with probability 1 - share, else a Gaussian around `value`; at
/// least `lowest`.
double mixture_median(double lowest, double share, double value, double deviation);

/// As `train_regressors` for candidates of one learner. The labels must have two parts.
std::vector<std::unique_ptr<Regressor>> train_two_parts(std::span<const Candidate> candidates,
                                                        const std::vector<ColumnKind>& kinds, const Matrix& rows,
                                                        std::span<const double> labels, std::uint64_t seed,
                                                        const StopQuestion& stop, const std::vector<bool>& reads,
                                                        std::span<const double> weights);

/// The name in files.
inline constexpr const char* kTwoPart = "two_part";

std::unique_ptr<Regressor> read_two_parts(const data::Hdf5File& file, const std::string& group);

}  // namespace epitaxy::learners
