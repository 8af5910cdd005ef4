#pragma once
/// \file
/// The end of a fit to two classes: how good the probabilities, answers and sets of the learners are out of fold.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/class_metrics.h"
#include "transfer/class_calibration.h"
#include "transfer/fit_report.h"

namespace epitaxy::transfer {

/// What a learner said of the rows of one part, by a calibration on the inner folds of its training part.
struct ClassPrediction {
  /// [rows] of `scores`.
  static ClassPrediction of(const ClassCalibration& calibration, const std::vector<double>& scores);

  std::vector<double> probability;  ///< [rows] of the second class.
  std::vector<double> threshold;    ///< [rows] above which the answer is that class.
  std::vector<std::uint32_t> set;   ///< [rows] see ClassCalibration::set.
};

/// One learner in one way.
struct ClassFigures {
  statistics::BinaryMetrics metrics;        ///< Of all rows, mean over seeds.
  double auc_deviation = 0;                 ///< Standard deviation over folds and seeds.
  statistics::PairedTest against_ensemble;  ///< Brier score minus that of the ensemble.
};

struct ClassResult {
  std::vector<ClassPrediction> predictions;  ///< [fit.jobs]
  std::vector<ClassFigures> figures;         ///< [fit.report.results]
  double larger_class = 0;                   ///< Share of the rows.
  std::array<double, 2> covered{};           ///< Of each class: share of rows whose set, by the ensemble, holds it.
  double single = 0;                         ///< Share of rows whose set is one class.
  std::size_t contradictions = 0;            ///< Substances whose rows are of both classes.
  bool learned = false;                      ///< The ensemble's Brier score is below that of the classes' shares.
};

/// Labels and errors of the same rows give the scores.
std::vector<double> scores_of(const std::vector<double>& labels, const std::vector<double>& errors);

ClassResult make_class_result(const FitResult& fit, const DifferenceData& data);

/// The table for people.
std::string class_table(const ClassResult& result, const FitResult& fit, const DifferenceData& data);
/// The target's part of `summary.json`.
nlohmann::ordered_json to_json(const ClassResult& result, const FitResult& fit, const DifferenceData& data);
/// Rows of `predictions.csv`.
void add_predictions(train::CsvWriter& table, const ClassResult& result, const FitResult& fit,
                     const DifferenceData& data);
/// Some rows, in the order of their predictions. `fold`: what predicted them.
void add_predictions(train::CsvWriter& table, const ClassPrediction& prediction, const DifferenceData& data,
                     const DifferenceRows& rows, std::span<const std::int64_t> which, const std::string& fold,
                     std::uint64_t seed);

}  // namespace epitaxy::transfer
