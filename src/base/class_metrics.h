#pragma once
/// \file
/// How good predicted probabilities of classes are.
#include <cstddef>
#include <span>

namespace epitaxy::statistics {

/// Over rows with a label and a prediction.
struct ClassMetrics {
  std::size_t count = 0;
  double log_loss = 0;  ///< Mean of -ln(probability of the true class), which counts as at least 1e-15.
  double accuracy = 0;  ///< Share of the rows whose most probable class (of equal ones the first) is the true one.
};

/// truth [rows] is the index of a class, NaN = none; probabilities [rows, classes], NaN = none. All NaN without rows.
ClassMetrics class_metrics(std::span<const double> truth, std::span<const double> probabilities, std::size_t classes);

/// Area under the receiver operating characteristic: the probability that a row of class 1 has a higher score than one
/// of class 0, equal scores counting half (Mann and Whitney, Ann. Math. Stat. 18, 50, 1947). truth is 0 or 1, NaN =
/// none; NaN when one of the classes has no row.
double area_under_roc(std::span<const double> truth, std::span<const double> scores);

/// How good probabilities of the second of two classes are, and the answers that they give. NaN where a figure does not
/// exist, because a class has no row.
struct BinaryMetrics {
  std::size_t count = 0;
  double roc_auc = 0;
  double average_precision = 0;  ///< Area under the steps of precision against recall of the second class.
  double balanced_accuracy = 0;  ///< Mean of the shares of each class that are answered rightly.
  double mcc = 0;                ///< Matthews correlation coefficient; 0 when all answers are alike.
  double brier = 0;              ///< Mean squared difference of probability and truth.
  double calibration_error = 0;  ///< Mean over rows: how far a tenth's mean probability is from its share of ones.
};

/// truth [rows] is 0 or 1. The answer is 1 where the probability is above the row's threshold.
BinaryMetrics binary_metrics(std::span<const double> truth, std::span<const double> probabilities,
                             std::span<const double> thresholds);

}  // namespace epitaxy::statistics
