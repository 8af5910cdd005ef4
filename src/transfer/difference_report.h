#pragma once
/// \file
/// The end of difference learning: ways side by side, on screen and in files.
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/regression_metrics.h"
#include "transfer/difference_job.h"

namespace epitaxy::transfer {

/// One learner in one way with one number of labels, over all folds and seeds.
struct WayResult {
  std::size_t way = 0;
  std::size_t learner = 0;
  std::size_t labels = 0;  ///< With a test file.
  std::string way_name;
  std::string learner_name;               ///< Empty for ways that do not learn.
  statistics::RegressionMetrics metrics;  ///< Of each seed's predictions of all rows, averaged over seeds.
  double mae_deviation = 0;               ///< Standard deviation of the MAE over folds and seeds; NaN of one.
  double inner_mae = 0;                   ///< Mean over jobs: the best way is chosen by it.
  double covered = 0;                     ///< Share of predicted rows in their intervals.
  double interval_width = 0;              ///< Median.
  double rank_correlation = 0;            ///< Spearman's of measured and predicted values, mean over seeds.
  double spread_correlation = 0;  ///< Of a forest's spread and the absolute error (Spearman); NaN without a spread.
  statistics::PairedTest against_direct;  ///< MAE minus that of `direct` with the same learner; NaN without it.
  statistics::PairedTest against_line;    ///< MAE minus that of `cheap_linear`; NaN without it.
  std::vector<std::size_t> jobs;          ///< Indices.
  std::vector<double> importances;        ///< [columns of the design] mean over jobs; empty where the learner has none.
};

struct DifferenceReport {
  std::vector<WayResult> results;  ///< In the order of labels (ascending), learners, ways.
  std::size_t best = 0;            ///< With the smallest inner MAE (at the largest number of labels).

  /// One of the results; null when there is none.
  const WayResult* find(const std::string& way, const std::string& learner, std::size_t labels) const;
};

/// `results` in the order of `jobs`.
DifferenceReport make_report(const DifferenceData& data, const DifferenceSettings& settings,
                             const std::vector<DifferenceJob>& jobs, const std::vector<DifferenceResult>& results);

/// The MAE of `result` minus that of `other`, whose jobs have the same folds and seeds in the same order.
statistics::PairedTest compare_ways(const DifferenceData& data, const DifferenceSettings& settings,
                                    const WayResult& result, const WayResult& other,
                                    const std::vector<DifferenceResult>& results);

/// The table for people, and what it says about difference learning.
std::string report_table(const DifferenceReport& report, const DifferenceData& data,
                         const DifferenceSettings& settings);
/// Whether difference learning and stacking help against direct learning with the best learner; a sentence each.
std::vector<std::string> verdicts(const DifferenceReport& report, const DifferenceData& data,
                                  const DifferenceSettings& settings);

/// `summary.json`.
nlohmann::ordered_json to_json(const DifferenceReport& report, const DifferenceData& data,
                               const DifferenceSettings& settings, const std::vector<DifferenceResult>& results);

/// `summary.json`, `predictions.csv` and `importances.csv`.
void write_report(const DifferenceReport& report, const DifferenceData& data, const DifferenceSettings& settings,
                  const std::vector<DifferenceJob>& jobs, const std::vector<DifferenceResult>& results,
                  const std::filesystem::path& folder);

}  // namespace epitaxy::transfer
