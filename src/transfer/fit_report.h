#pragma once
/// \file
/// The end of a fit: learners side by side, what repeats and outliers say of the table, on screen and in files.
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/regression_metrics.h"
#include "data/units.h"
#include "train/run_files.h"
#include "transfer/difference_report.h"

namespace epitaxy::transfer {

/// How far the values of rows of one substance are apart: no model of these rows can be better.
struct NoiseFloor {
  std::size_t substances = 0;  ///< That several rows hold.
  double mae = 0;              ///< Mean absolute difference of their values to the mean of the others.
};

/// What was learned of one target.
struct FitResult {
  std::string target;
  std::string unit;            ///< Of the figures: as the values were learned.
  data::TransformedUnit undo;  ///< What predictions undo.
  DifferenceSettings settings;
  std::vector<DifferenceJob> jobs;
  std::vector<DifferenceResult> results;  ///< [jobs]
  DifferenceReport report;
  std::vector<double> weights;             ///< [report.results] in the ensembles of the outer folds, mean.
  statistics::RegressionMetrics baseline;  ///< Of the training rows' mean, out of fold.
  NoiseFloor noise;
  std::optional<double> weighted_mae;  ///< Of the ensemble, rows counted by their weights, where they have any.
  std::vector<double> quartiles;  ///< Share of rows in their intervals, by quarters of the members' spread, ascending.

  const WayResult& ensemble() const;
  /// Whether the ensemble's error is below that of the mean of the rows.
  bool learned() const { return ensemble().metrics.mae < baseline.mae; }
};

/// Adds the ensembles to `settings`, `jobs` and `results`, and measures all.
FitResult make_fit_result(const DifferenceData& data, DifferenceSettings settings, std::vector<DifferenceJob> jobs,
                          std::vector<DifferenceResult> results);

/// The table for people. `rows` [data rows] may be told by line.
std::string fit_table(const FitResult& result, const DifferenceData& data);
/// The target's part of `summary.json`.
nlohmann::ordered_json to_json(const FitResult& result, const DifferenceData& data);
/// Columns of `predictions.csv`, and the rows of a target: out of fold, in the user's own unit.
train::CsvWriter predictions_table(const DifferenceData& data);
void add_predictions(train::CsvWriter& table, const FitResult& result, const DifferenceData& data);
/// Some rows, in the order of their predictions. `fold`: what predicted them.
void add_predictions(train::CsvWriter& table, const FitResult& result, const DifferenceRows& rows,
                     std::span<const std::int64_t> which, const WayPrediction& prediction, const std::string& fold,
                     std::uint64_t seed);

}  // namespace epitaxy::transfer
