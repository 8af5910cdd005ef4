#pragma once
/// \file
/// Weighted means of several learners' predictions, of models and of what jobs have found already.
#include <span>
#include <vector>

#include "transfer/difference_job.h"
#include "transfer/learned_way.h"

namespace epitaxy::transfer {

/// Number by number; as many weights as members.
std::vector<double> weighted_sum(std::span<const std::vector<double>* const> members, std::span<const double> weights);
/// Of predictions of the same rows by learners with the same inner folds, without intervals. The deviation is that of
/// the members around their mean; of a single one it is its own.
WayPrediction combine(std::span<const WayPrediction> members, std::span<const double> weights);

/// Of learners on the same rows and folds: what their weighted mean predicts, with its own intervals.
DifferenceResult combine(const std::vector<const DifferenceResult*>& members, std::span<const double> weights,
                         double coverage);

/// Appends a job and a result for each average, from those of its members.
void add_averages(const DifferenceSettings& settings, std::vector<DifferenceJob>& jobs,
                  std::vector<DifferenceResult>& results);

}  // namespace epitaxy::transfer
