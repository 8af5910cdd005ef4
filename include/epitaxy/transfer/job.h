#pragma once
/// \file
/// One job of the cross-validation farm: a variant trained on all folds but one, with one seed, on one rank.
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "epitaxy/data/dataset.h"
#include "epitaxy/models/model_file.h"
#include "epitaxy/train/rows.h"
#include "epitaxy/transfer/finetune.h"

namespace epitaxy::transfer {

/// The rows of the target, of the test set, and the pretrained model: the same on every rank.
struct TransferData {
  data::DatasetIndex index;
  std::vector<double> labels;     ///< [rows], rows without a label left out.
  std::vector<float> features;    ///< [rows, features]
  std::vector<std::size_t> rows;  ///< Rows of the data set.
  std::vector<int> fold;          ///< [rows]; -1 = test row.
  data::DatasetIndex test_index;  ///< Where test rows come from.
  std::vector<double> test_labels;
  std::vector<float> test_features;
  std::vector<std::size_t> test_rows;
  models::ModelFile pretrained;
  std::string target;
  std::string unit;

  std::size_t feature_count() const { return pretrained.description.feature_count(); }
};

/// Reads everything. Throws InputError: files, targets, too few compositions for the folds, an ensemble as the start.
TransferData load_transfer_data(const FinetuneSettings& settings);

struct Job {
  std::size_t variant = 0;  ///< Index in the settings.
  int fold = 0;
  std::uint64_t seed = 0;
  std::string name;  ///< `fine_tune-fold03-seed1`.
};

/// All jobs, variant by variant; a variant that does not train has one job a fold.
std::vector<Job> list_jobs(const FinetuneSettings& settings);

struct JobResult {
  std::vector<std::int64_t> rows;   ///< Positions in TransferData::labels of the held-out fold.
  std::vector<double> predictions;  ///< Of these rows, physical units.
  std::vector<double> test_predictions;
  double validation_mae = 0;  ///< On validation rows from inside the training part; NaN without any.
  std::int64_t best_epoch = 0;
  double baseline = 0;  ///< The mean label of the training part.
  models::ModelFile model;
};

/// Trains and predicts; nothing when `stop` said so before the end.
std::optional<JobResult> run_job(const TransferData& data, const FinetuneSettings& settings, const Job& job,
                                 const std::function<bool()>& stop);

/// Job files: `NAME.h5` with predictions, marked with the signature of the settings, and the weights.
void write_job(const std::filesystem::path& path, const JobResult& result, const std::string& signature);
/// Nothing when there is no file, it is damaged, or it belongs to other settings. Weights are read only on demand.
std::optional<JobResult> read_job(const std::filesystem::path& path, const std::string& signature, bool with_model);

}  // namespace epitaxy::transfer
