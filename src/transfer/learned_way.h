#pragma once
/// \file
/// A way learned on one training part: hyper-parameters are chosen by cross-validation inside that part, whose models
/// also give the intervals.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transfer/difference_job.h"
#include "transfer/difference_result.h"

namespace epitaxy::transfer {

/// A baseline and what was learned on top of it.
struct FittedWay {
  FittedBaseline baseline;
  std::shared_ptr<const learners::Regressor> regressor;
};

/// A way that was learned on one training part.
struct LearnedWay {
  FittedWay all;                 ///< On every row of the part.
  std::vector<FittedWay> inner;  ///< Each on all inner folds but one.
  /// [rows that an inner fold held out]: those of the part, in their order; by time only the later ones.
  std::vector<int> inner_fold;
  std::vector<double> errors;  ///< [the same] prediction of the model that did not see the row - measured.
  std::size_t candidate = 0;   ///< The one with the smallest mean absolute error.
  std::string learner;         ///< It, in words.

  double inner_mae() const { return mean_absolute(errors); }
};

/// Not of averages, whose members learn by themselves. Nothing when `stop` said so.
std::optional<LearnedWay> learn_way(const DifferenceData& data, const DifferenceSettings& settings,
                                    const DifferenceJob& job, const std::vector<std::size_t>& train,
                                    const learners::StopQuestion& stop);
/// Those of `train` that an inner fold holds out: the rows of LearnedWay::errors.
std::vector<std::size_t> inner_rows(const DifferenceData& data, const DifferenceSettings& settings,
                                    const DifferenceJob& job, const std::vector<std::size_t>& train);
/// Without intervals. `rows` as `design_rows` gives them.
WayPrediction predict_way(const LearnedWay& learned, const learners::Matrix& rows, const std::vector<double>& cheap);

}  // namespace epitaxy::transfer
