#pragma once
/// \file
/// The end of a learning curve: errors on the test rows against the share of the labels, by variant, on screen and in
/// files.
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "transfer/job.h"

namespace epitaxy::transfer {

/// Errors on the test rows with one share of the labels.
struct CurvePoint {
  models::Figures test;                    ///< Of single models, averaged over seeds.
  double deviation = 0;                    ///< Standard deviation of the error over seeds; 0 with one.
  std::optional<double> validation_error;  ///< Mean over seeds; absent where none was measured.
};

/// A variant, or a baseline that needs no model.
struct CurveLine {
  std::string name;
  std::vector<CurvePoint> points;  ///< By share.
};

/// A variant's models of the largest share together.
struct LargestShare {
  std::vector<double> prediction;  ///< [test rows, values] mean over seeds.
  std::vector<double> deviation;   ///< [test rows, values] NaN with one seed.
  models::Figures test;            ///< Of the mean.
};

struct LearningCurve {
  std::vector<std::size_t> labels;  ///< By share: labels that were used, with those of the validation rows.
  std::vector<CurveLine> variants;
  std::vector<CurveLine> baselines;   ///< The mean of the labels; with a cheap target also the straight line from it.
  std::vector<LargestShare> largest;  ///< By variant.
  std::size_t best = 0;               ///< The variant with the smallest validation error at the largest share.
};

/// `results` in the order of `jobs`.
LearningCurve make_curve(const TransferData& data, const FinetuneSettings& settings, const std::vector<Job>& jobs,
                         const std::vector<JobResult>& results);

/// The table for people, a line a share.
std::string curve_table(const LearningCurve& curve, const TransferData& data, const FinetuneSettings& settings);

/// `summary.json`.
nlohmann::ordered_json to_json(const LearningCurve& curve, const TransferData& data, const FinetuneSettings& settings);

/// `summary.json`, `learning_curve.csv` and `predictions.csv` (of the largest share).
void write_curve(const LearningCurve& curve, const TransferData& data, const FinetuneSettings& settings,
                 const std::filesystem::path& folder);

}  // namespace epitaxy::transfer
