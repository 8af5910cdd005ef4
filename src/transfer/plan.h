#pragma once
/// \file
/// What a fit will do, told before it does it: `plan.json`.
#include <nlohmann/json.hpp>
#include <vector>

#include "transfer/difference_job.h"

namespace epitaxy::transfer {

/// What one job costs. The unit is a learner that is trained on 1,000 rows: it depends on the input alone, never on the
/// machine or the ranks. Learners differ in what a unit takes.
struct JobCost {
  std::size_t rows = 0;       ///< That it learns from.
  std::size_t trainings = 0;  ///< Candidates with common work count as one: each in every inner fold, the chosen one
                              ///< on all rows.
  double units = 0;
};

/// Of a table with so many rows.
JobCost cost_of(const DifferenceSettings& settings, const DifferenceJob& job, std::size_t rows);

double units_of(const DifferenceSettings& settings, const std::vector<DifferenceJob>& jobs, std::size_t rows);

/// Rows, folds, learners with their candidates, and all jobs with their costs.
nlohmann::ordered_json plan_of(const DifferenceSettings& settings, const DifferenceData& data,
                               const std::vector<DifferenceJob>& jobs);

}  // namespace epitaxy::transfer
