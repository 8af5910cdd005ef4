#pragma once
/// \file
/// Rows that no model learned from and no choice saw, as the final model predicts them.
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/class_metrics.h"
#include "base/regression_metrics.h"
#include "transfer/class_report.h"
#include "transfer/fit_report.h"
#include "transfer/table_model.h"

namespace epitaxy::transfer {

/// Of some rows.
struct TestFigures {
  std::size_t rows = 0;
  statistics::RegressionMetrics metrics;
  double rank_correlation = 0;  ///< Spearman's; NaN of fewer than two rows.
  double interval_width = 0;    ///< Median.
  double covered = 0;           ///< Share of the rows in their intervals, or whose sets hold the class.
  statistics::BinaryMetrics of_classes;
};

struct TestResult {
  WayPrediction prediction;
  ClassPrediction of_classes;        ///< Where these are learned.
  std::size_t known_rows = 0;        ///< Of substances that rows to learn from hold, too.
  std::size_t known_substances = 0;  ///< These.
  TestFigures all;
  std::optional<TestFigures> fresh;  ///< Of rows of other substances alone; absent where these are none or all.
};

/// Of the rows `data.test`, at least one.
TestResult measure_test(const DifferenceData& data, const TableProperty& property);

/// The table for people. `source`: where the rows are from.
std::string test_table(const TestResult& result, const DifferenceData& data, const std::string& source);
nlohmann::ordered_json to_json(const TestResult& result, const DifferenceData& data);

}  // namespace epitaxy::transfer
