#pragma once
/// \file
/// What a job of difference learning found, and the file it is kept in.
#include <cstdint>
#include <vector>

#include "data/hdf5.h"
#include "transfer/interval_scale.h"

namespace epitaxy::transfer {

/// What is predicted of some rows.
struct WayPrediction {
  std::vector<double> value;
  std::vector<double> deviation;  ///< Over the trees of a forest; empty for other learners.
  std::vector<double> low, high;  ///< CV+ intervals.
  std::vector<double> inner;      ///< [inner folds, rows] of the inner folds' models.
};

/// Sets `low` and `high` from `inner` and the inner folds' `errors` [training rows] and `folds` [training rows].
void add_intervals(WayPrediction& prediction, const std::vector<double>& errors, const std::vector<int>& folds,
                   double coverage);
/// The same with widths that follow a scale of the row: `spreads` [training rows] of the members, and `deviation`.
void add_intervals(WayPrediction& prediction, const std::vector<double>& errors, const std::vector<int>& folds,
                   double coverage, const IntervalScale& scale, const std::vector<double>& spreads);

struct DifferenceResult {
  std::vector<std::int64_t> rows;  ///< Positions of the rows that were predicted.
  WayPrediction prediction;
  std::vector<double> inner_errors;        ///< [training rows] see LearnedWay.
  std::vector<std::int64_t> inner_fold;    ///< [training rows]
  std::vector<double> inner_weights = {};  ///< [training rows] how much each counts; empty: all the same.
  std::int64_t candidate = 0;
  std::vector<double> importances;  ///< [columns of the design]; empty where the learner has none.
};

/// What choices make small: of numbers the absolute error, of classes, which are learned as 0 and 1, the squared one.
enum class Loss { absolute, squared };
/// Of errors that count as `weights` [errors] say; empty: all the same.
double mean_loss(std::vector<double> errors, Loss loss, const std::vector<double>& weights = {});
/// The mean of the absolute errors, weighted likewise.
double mean_absolute(const std::vector<double>& errors, const std::vector<double>& weights = {});
double inner_mae(const DifferenceResult& result);

void write_result(data::Hdf5File& file, const DifferenceResult& result);
DifferenceResult read_difference_result(const data::Hdf5File& file);

}  // namespace epitaxy::transfer
