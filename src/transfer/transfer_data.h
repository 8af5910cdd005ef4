#pragma once
/// \file
/// What the jobs of a transfer learn from and are measured on: the same on every rank.
#include <string>
#include <vector>

#include "data/labelled_rows.h"
#include "models/head_task.h"
#include "models/kind.h"
#include "models/model_file.h"
#include "transfer/finetune.h"

namespace epitaxy::transfer {

/// Rows whose group the start model has seen, so that errors on them are too small.
struct Overlap {
  bool is_known = false;      ///< Whether the start model tells what it was trained on.
  std::size_t rows = 0;       ///< That it was trained on.
  std::size_t test_rows = 0;  ///< The same.
};

/// The rows of the target, of the test set, and the pretrained model. Rows that the model cannot read are left out.
struct TransferData {
  data::LabelledRows rows;
  std::vector<double> labels;         ///< [rows] of classes their index; NaN: the row has further targets only.
  std::vector<data::Target> further;  ///< Every target that a variant names in `also`, [rows].
  models::RowBlock inputs;            ///< [rows] as the model reads them.
  models::RowSums row_sums;           ///< Of these.
  std::vector<int> fold;              ///< [rows]; -1: in no fold. Empty with a learning curve.
  data::LabelledRows test;
  std::vector<double> test_labels;  ///< [test rows]
  models::RowBlock test_inputs;
  std::vector<double> cheap;       ///< [rows] of a learning curve's cheap target; empty = none.
  std::vector<double> test_cheap;  ///< [test rows]
  models::ModelFile pretrained;
  models::Head head;         ///< That learns the target, with its task and classes.
  std::size_t labelled = 0;  ///< Rows with a label of the target.
  Overlap overlap;
};

/// Reads everything; the start model's description then tells of the target's data. Throws InputError: files, texts
/// that were prepared by different rules, targets, too few substances for the folds or labels for the shares, no row
/// that the model can read, an ensemble as the start.
TransferData load_transfer_data(const FinetuneSettings& settings);

/// Positions of the rows that a job learns from, validates on, and predicts.
struct JobSplit {
  std::vector<std::size_t> train;
  std::vector<std::size_t> further;  ///< Rows whose label of the target is not there or not to be used.
  std::vector<std::size_t> validation;
  std::vector<std::size_t> held_out;
};

JobSplit split_fold(const TransferData& data, const FinetuneSettings& settings, int fold);

/// A learning curve takes no fewer validation rows than this: all labels are trained on.
inline constexpr std::size_t kFewestValidation = 30;
/// Fewer validation rows than this choose no epoch, and the last one is kept: one row's error is mostly chance.
inline constexpr std::size_t kFewestToChooseEpoch = 10;

/// Of the rows with a label the share with the smallest positions in an order that the seed fixes, so that a share is a
/// subset of every larger one. Of these, validation rows are taken where there are enough.
JobSplit split_share(const TransferData& data, const FinetuneSettings& settings, double share, std::uint64_t seed);

}  // namespace epitaxy::transfer
