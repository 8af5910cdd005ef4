#pragma once
/// \file
/// The average of several learners as a learner of its own: of models, and of what jobs have found already.
#include <vector>

#include "transfer/difference_job.h"
#include "transfer/learned_way.h"

namespace epitaxy::transfer {

/// The means of learned ways with the same baseline and folds.
LearnedWay average(const std::vector<LearnedWay>& members);

/// Of learners on the same rows and folds: what their mean predicts, with its own intervals.
DifferenceResult average(const std::vector<const DifferenceResult*>& members, double coverage);

/// Appends a job and a result for each average, from those of its members.
void add_averages(const DifferenceSettings& settings, std::vector<DifferenceJob>& jobs,
                  std::vector<DifferenceResult>& results);

}  // namespace epitaxy::transfer
