#pragma once
/// \file
/// The best way as a file for `predict`: the features' description, the baseline and learner trained on all rows, and
/// those of the inner folds with their residuals, which give the intervals. Layout: docs/file_formats.md.
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "transfer/learned_way.h"

namespace epitaxy::transfer {

inline constexpr const char* kDifferenceFormat = "epitaxy difference model";

struct DifferenceModel {
  RowFeatures features;
  Way way;
  std::string learner;   ///< Kind of the learner with its hyper-parameters, in words.
  std::string measured;  ///< Name of what is predicted.
  std::string unit;
  std::vector<std::string> cheap;  ///< Columns that are needed, in this order; none for `direct`.
  std::vector<std::string> cheap_units;
  std::vector<double> cheap_low, cheap_high;  ///< Range in training.
  double coverage = 0.9;
  LearnedWay learned;
  std::optional<data::Preparation> preparation;  ///< Of the rows; files of earlier versions do not tell.
  std::map<std::string, std::string> provenance;

  bool needs_cheap() const { return way.baseline != Baseline::none || way.reads_cheap; }
  /// features [rows, columns], cheap [rows, cheap columns].
  WayPrediction predict(const learners::Matrix& rows, const std::vector<double>& cheap) const;
};

/// Writes atomically.
void write_difference_model(const std::filesystem::path& path, const DifferenceModel& model);
/// Throws InputError: no such file, another kind of file, damaged.
DifferenceModel read_difference_model(const std::filesystem::path& path);
/// Is a file one of these?
bool is_difference_model(const std::filesystem::path& path);

}  // namespace epitaxy::transfer
