#pragma once
/// \file
/// Intervals of a variant of transfer, and how they do on rows that they know nothing of.
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "transfer/ensemble_intervals.h"
#include "transfer/job.h"

namespace epitaxy::transfer {

/// Of rows with labels.
struct MeasuredIntervals {
  std::vector<double> low, high;  ///< [rows] NaN where there is no label.
  double covered = 0;             ///< Share of the rows in their intervals; NaN without rows.
  double width = 0;               ///< Median; NaN without rows.
  std::vector<double> quarters;   ///< Share by quarters of the seeds' spread, ascending; of several seeds.
};

struct VariantIntervals {
  EnsembleIntervals model;        ///< Of all folds.
  MeasuredIntervals out_of_fold;  ///< Around the mean of the fold's seeds, by the errors of the other folds.
  MeasuredIntervals test;         ///< Of `model`.
};

/// `prediction` and `deviation` [rows]: mean and standard deviation over the seeds, out of fold.
VariantIntervals make_intervals(const TransferData& data, const FinetuneSettings& settings, std::size_t variant,
                                const std::vector<Job>& jobs, const std::vector<JobResult>& results,
                                const std::vector<double>& prediction, const std::vector<double>& deviation);

/// As part of `summary.json`.
nlohmann::ordered_json to_json(const MeasuredIntervals& intervals, const models::Head& head);

}  // namespace epitaxy::transfer
