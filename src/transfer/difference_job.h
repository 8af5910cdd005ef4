#pragma once
/// \file
/// One job of difference learning: a learner in one way on one training part.
#include <cstdint>
#include <optional>
#include <vector>

#include "transfer/difference_data.h"
#include "transfer/difference_result.h"
#include "transfer/job_folder.h"

namespace epitaxy::transfer {

inline constexpr int kNoFold = -1;

struct DifferenceJob {
  std::size_t learner = 0;  ///< Index in the settings; not used by ways that do not learn.
  std::size_t way = 0;      ///< Index in the settings.
  int fold = 0;             ///< kNoFold: it learns from all rows.
  std::size_t labels = 0;   ///< With a test file; 0 = all.
  std::uint64_t seed = 0;
  JobLabel label;   ///< Named `kernel_ridge-difference-fold03-seed1`, `...-labels1000-seed1`, `...-fold03-share25-...`.
  int share = 100;  ///< Percent of the part's rows that it learns from, whole groups.
};

/// One job for each learner and way, which learns from all rows, with the first seed.
std::vector<DifferenceJob> list_final_jobs(const DifferenceSettings& settings);
/// All jobs that predict rows; a way that does not learn has one job a part, and averages have none. The largest parts
/// come first.
std::vector<DifferenceJob> list_jobs(const DifferenceSettings& settings);
/// Jobs of the first folds that learn from a share of their training part, with the first seed; the larger share first.
std::vector<DifferenceJob> list_share_jobs(const DifferenceSettings& settings, int folds, std::span<const int> shares);
/// What a job learns from and what it predicts.
data::TrainHeldOut split_rows(const DifferenceData& data, const DifferenceSettings& settings, const DifferenceJob& job);

/// Learns and predicts. Nothing when `stop` said so.
std::optional<DifferenceResult> run_job(const DifferenceData& data, const DifferenceSettings& settings,
                                        const DifferenceJob& job, const learners::StopQuestion& stop);

}  // namespace epitaxy::transfer
