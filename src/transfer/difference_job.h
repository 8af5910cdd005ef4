#pragma once
/// \file
/// One job of difference learning: a learner in one way on one training part, with the choice of its hyper-parameters
/// by cross-validation inside that part, whose models also give the intervals.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transfer/difference_data.h"
#include "transfer/job_folder.h"

namespace epitaxy::transfer {

struct DifferenceJob {
  std::size_t learner = 0;  ///< Index in the settings; not used by ways that do not learn.
  std::size_t way = 0;      ///< Index in the settings.
  int fold = 0;
  std::size_t labels = 0;  ///< With a test file; 0 = all.
  std::uint64_t seed = 0;
  JobLabel label;  ///< Named `kernel_ridge-difference-fold03-seed1`, `...-labels1000-seed1`.
};

/// All jobs; a way that does not learn has one job a part, and averages have none. The largest parts come first.
std::vector<DifferenceJob> list_jobs(const DifferenceSettings& settings);
DifferenceSplit split_rows(const DifferenceData& data, const DifferenceSettings& settings, const DifferenceJob& job);

/// A baseline and what was learned on top of it.
struct FittedWay {
  FittedBaseline baseline;
  std::shared_ptr<const learners::Regressor> regressor;
};

/// A way that was learned on one training part.
struct LearnedWay {
  FittedWay all;                 ///< On every row of the part.
  std::vector<FittedWay> inner;  ///< Each on all inner folds but one.
  std::vector<int> inner_fold;   ///< [rows of the part]
  std::vector<double> errors;    ///< [rows of the part] prediction of the model that did not see the row - measured.
  std::size_t candidate = 0;     ///< The one with the smallest mean absolute error; 0 of an average.
  std::string learner;           ///< It, in words.

  double inner_mae() const;
};

/// What is predicted of some rows.
struct WayPrediction {
  std::vector<double> value;
  std::vector<double> deviation;  ///< Over the trees of a forest; empty for other learners.
  std::vector<double> low, high;  ///< CV+ intervals.
  std::vector<double> inner;      ///< [inner folds, rows] of the inner folds' models.
};

/// Rows as a way's learner reads them: features, and cheap values if it reads those. cheap [rows, cheap columns].
learners::Matrix design(const Way& way, const learners::Matrix& features, const std::vector<double>& cheap);
std::vector<learners::ColumnKind> design_kinds(const Way& way, const std::vector<learners::ColumnKind>& features,
                                               std::size_t cheap);

/// Also of averages. Nothing when `stop` said so.
std::optional<LearnedWay> learn_way(const DifferenceData& data, const DifferenceSettings& settings,
                                    const DifferenceJob& job, const std::vector<std::size_t>& train,
                                    const learners::StopQuestion& stop);
/// `rows` as `design` gives them.
WayPrediction predict_way(const LearnedWay& learned, const learners::Matrix& rows, const std::vector<double>& cheap,
                          double coverage);

struct DifferenceResult {
  std::vector<std::int64_t> rows;  ///< Positions of the rows that were predicted.
  WayPrediction prediction;
  std::vector<double> inner_errors;      ///< [training rows] see LearnedWay.
  std::vector<std::int64_t> inner_fold;  ///< [training rows]
  std::int64_t candidate = 0;
  std::vector<double> importances;  ///< [columns of the design]; empty where the learner has none.
};

double inner_mae(const DifferenceResult& result);

/// Of learners on the same rows and folds: what their mean predicts, with its own intervals.
DifferenceResult average(const std::vector<const DifferenceResult*>& members, double coverage);

/// Appends a job and a result for each average, from those of its members.
void add_averages(const DifferenceSettings& settings, std::vector<DifferenceJob>& jobs,
                  std::vector<DifferenceResult>& results);

std::optional<DifferenceResult> run_job(const DifferenceData& data, const DifferenceSettings& settings,
                                        const DifferenceJob& job, const learners::StopQuestion& stop);

void write_result(data::Hdf5File& file, const DifferenceResult& result);
DifferenceResult read_difference_result(const data::Hdf5File& file);

}  // namespace epitaxy::transfer
