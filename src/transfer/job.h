#pragma once
/// \file
/// One job of the farm: a variant trained on all folds but one, or on a share of the labels, with one seed, on one
/// rank.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/hdf5.h"
#include "models/model_file.h"
#include "train/rows.h"
#include "transfer/job_folder.h"
#include "transfer/transfer_data.h"

namespace epitaxy::transfer {

struct Job {
  std::size_t variant = 0;  ///< Index in the settings.
  int fold = 0;
  std::size_t share = 0;  ///< Of a learning curve: index in the settings.
  std::uint64_t seed = 0;
  JobLabel label;  ///< Named `fine_tune-fold03-seed1`, `fine_tune-labels0.01-seed1`.
};

/// All jobs, variant by variant, those of a learning curve with the largest share first; a variant that does not train
/// has one job a fold or share.
std::vector<Job> list_jobs(const FinetuneSettings& settings);

/// Whether its weights belong to an ensemble: not those below a learning curve's largest share.
bool keeps_weights(const FinetuneSettings& settings, const Job& job);

/// The rows of a job. Those for further targets are none when its variant learns no such.
JobSplit split_rows(const TransferData& data, const FinetuneSettings& settings, const Job& job);

/// The rows that a job trains on, with standardized targets: those of `split.train`, then of `split.further` without
/// the target's label.
train::Rows training_rows(const TransferData& data, const Variant& variant, const JobSplit& split,
                          const models::ModelDescription& description);

struct JobResult {
  std::vector<std::int64_t> rows;   ///< Positions in TransferData::labels of the held-out fold.
  std::vector<double> predictions;  ///< [rows, values] of the head, see models::HeadTask.
  std::vector<double> test_predictions;
  /// On validation rows from inside the training part, or where a learning curve has too few labels for such, by
  /// cross-validation inside it; absent without either.
  std::optional<double> validation_error;
  std::int64_t best_epoch = 0;
  std::vector<double> baseline;  ///< [values] what the labels of the training part say without a model.
  models::ModelFile model;       ///< Without members where no weights are kept.
};

/// By validation errors. Throws InputError when one of them is absent: nothing is chosen by what does not exist.
bool is_better(const std::optional<double>& error, const std::optional<double>& than);
/// Whether a variant is chosen by this job alone or by its other seeds, so that each of them needs an error.
bool needs_error(const FinetuneSettings& settings, const Job& job);
/// Throws InputError, before any job is run, when no job of a comparison would have validation rows.
void check_comparable(const TransferData& data, const FinetuneSettings& settings);

/// Trains and predicts; nothing when `stop` said so before the end.
std::optional<JobResult> run_job(const TransferData& data, const FinetuneSettings& settings, const Job& job,
                                 const std::function<bool()>& stop);

void write_result(data::Hdf5File& file, const JobResult& result);
/// Without the model.
JobResult read_result(const data::Hdf5File& file);

}  // namespace epitaxy::transfer
