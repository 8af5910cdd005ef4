#pragma once
/// \file
/// Which learners to add up, and how much of each: greedy selection with replacement (Caruana et al., ICML 2004).
#include <span>
#include <string>
#include <vector>

#include "transfer/difference_job.h"
#include "transfer/difference_result.h"

namespace epitaxy::transfer {

/// The weight of each member, multiples of 1 / steps that add up to 1: starting with the best, the member is added that
/// lowers the mean loss of the mean most, `steps` times, and the best of all these means is taken.
/// errors [members][rows], out of fold; `rows` say how much each counts, empty: all the same.
std::vector<double> greedy_weights(std::span<const std::vector<double>* const> errors, Loss loss = Loss::absolute,
                                   const std::vector<double>& rows = {}, int steps = 40);

/// The name of the learner and of the way that stand for the greedy choice among all others.
inline constexpr const char* kEnsemble = "ensemble";

/// Appends the greedy choice to the learners and the ways of the settings, and a job and a result of it for each part,
/// from those of all learners and ways there. Only the errors of the inner folds of a part decide.
/// Returns the weights: [appended jobs][jobs of the part, in their order].
std::vector<std::vector<double>> add_ensembles(DifferenceSettings& settings, std::vector<DifferenceJob>& jobs,
                                               std::vector<DifferenceResult>& results);

}  // namespace epitaxy::transfer
