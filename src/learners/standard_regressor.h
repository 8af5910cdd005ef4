#pragma once
/// \file
/// What every learner is wrapped in: columns that say nothing are left out, and labels are standardized.
#include <span>

#include "learners/learner.h"

namespace epitaxy::learners {

/// A column is used only if so many rows differ from its most frequent value.
inline constexpr std::size_t kFewestDifferent = 2;

/// Trains on one thread; the same input gives the same bits. Where no column is left the mean label is predicted.
/// `reads` [columns] are those that it may use; empty: all. `weights` [rows], positive, say how much each row counts;
/// empty: all the same. Returns null when `stop` said so.
std::unique_ptr<Regressor> train_regressor(const Candidate& candidate, const std::vector<ColumnKind>& kinds,
                                           const Matrix& rows, std::span<const double> labels, std::uint64_t seed,
                                           const StopQuestion& stop, const std::vector<bool>& reads = {},
                                           std::span<const double> weights = {});
/// The same for some candidates of one learner at once, with the same bits. Null each when `stop` said so.
std::vector<std::unique_ptr<Regressor>> train_regressors(std::span<const Candidate> candidates,
                                                         const std::vector<ColumnKind>& kinds, const Matrix& rows,
                                                         std::span<const double> labels, std::uint64_t seed,
                                                         const StopQuestion& stop, const std::vector<bool>& reads = {},
                                                         std::span<const double> weights = {});

/// Throws InputError for a learner that this version does not know. See read_regressor.
std::unique_ptr<Regressor> read_standard(const data::Hdf5File& file, const std::string& group);

}  // namespace epitaxy::learners
