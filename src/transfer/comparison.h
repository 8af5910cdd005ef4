#pragma once
/// \file
/// The end of a cross-validation: variants side by side, on screen and in files.
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "transfer/variant_intervals.h"

namespace epitaxy::transfer {

/// One variant over all folds and seeds. Predictions are those of HeadTask::values.
struct VariantResult {
  std::string name;
  models::Figures single;                  ///< Of single models: out-of-fold figures of each seed, averaged over seeds.
  models::Figures ensemble;                ///< Of the mean of the seeds' out-of-fold predictions.
  double deviation = 0;                    ///< Standard deviation of the error over folds and seeds.
  std::optional<double> validation_error;  ///< Mean over the jobs with validation rows: what the best variant is
                                           ///< chosen by.
  std::vector<double> prediction;          ///< [rows, values] out-of-fold, mean over seeds.
  std::vector<double> prediction_std;      ///< [rows, values] over seeds; NaN with one seed.
  std::vector<double> test_prediction;     ///< [test rows, values] mean over all models.
  std::vector<double> test_prediction_std;
  models::Figures test;                       ///< Of the mean over all models.
  std::optional<VariantIntervals> intervals;  ///< Of numbers.
};

struct Comparison {
  std::vector<VariantResult> variants;
  models::Figures baseline;  ///< What the labels of the training part say without a model, out of fold.
  std::size_t best = 0;      ///< The variant with the smallest validation error.
};

/// `results` in the order of `jobs`.
Comparison compare(const TransferData& data, const FinetuneSettings& settings, const std::vector<Job>& jobs,
                   const std::vector<JobResult>& results);

/// The table for people, a line a variant.
std::string comparison_table(const Comparison& comparison, const TransferData& data, const FinetuneSettings& settings);

/// As part of `summary.json`; null where the start model does not tell.
nlohmann::ordered_json to_json(const Overlap& overlap);

/// `summary.json`.
nlohmann::ordered_json to_json(const Comparison& comparison, const TransferData& data,
                               const FinetuneSettings& settings);

/// `summary.json` and `predictions.csv`.
void write_comparison(const Comparison& comparison, const TransferData& data, const FinetuneSettings& settings,
                      const std::filesystem::path& folder);

}  // namespace epitaxy::transfer
