#pragma once
/// \file
/// The error of a fit against the number of rows it learns from: some folds are predicted from shares of their training
/// part, too, with the same learners and choices.
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "transfer/difference_job.h"

namespace epitaxy::transfer {

/// The jobs of the shares below 100 %; none where a quarter of a training part has too few groups to learn from.
std::vector<DifferenceJob> list_curve_jobs(const DifferenceSettings& settings, const DifferenceData& data);

/// Of one share.
struct RowCurvePoint {
  int share = 100;   ///< Percent.
  double rows = 0;   ///< Mean over folds.
  double error = 0;  ///< Of the ensemble of the share, mean over folds: MAE, of classes the mean squared error.
};

struct RowCurve {
  std::vector<RowCurvePoint> points;  ///< Ascending.
  int folds = 0;
  double exponent = 0;   ///< Error = constant / rows^exponent, least squares of logarithms, mean over folds.
  double deviation = 0;  ///< Standard error of the exponent, over folds.

  /// Share of the error that twice the rows would save, of an exponent.
  static double saved(double exponent);
  /// A sentence for people.
  std::string verdict() const;
};

/// `jobs` with their results: at least those of the folds of the curve, and those of `list_curve_jobs`. Nothing where
/// an error is zero, which no power tells.
std::optional<RowCurve> make_row_curve(const DifferenceData& data, const DifferenceSettings& settings,
                                       const std::vector<DifferenceJob>& jobs,
                                       const std::vector<DifferenceResult>& results);

std::string curve_text(const RowCurve& curve, const DifferenceData& data);
nlohmann::ordered_json to_json(const RowCurve& curve, const DifferenceData& data);

}  // namespace epitaxy::transfer
