#pragma once
/// \file
/// The `finetune` stage: variants of transfer compared, each many times, as single-rank jobs that are farmed over the
/// ranks. Either by cross-validation (k folds x seeds), or by a learning curve (shares of the labels x seeds, with test
/// rows of their own).
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/keys.h"
#include "parallel/communicator.h"
#include "parallel/stop.h"
#include "train/variant.h"

namespace epitaxy::transfer {

using train::kFeatures;
using train::NewHead;
using train::RatePattern;
using train::Variant;

struct FinetuneSettings {
  std::string file;        ///< The data set of the target.
  std::string target;      ///< Empty: its only one.
  std::string pretrained;  ///< A model file or checkpoint.
  NewHead head;
  int folds = 10;
  double coverage = 0.9;       ///< Of the intervals; a learning curve has none.
  std::vector<double> shares;  ///< Of the labels, ascending: a learning curve instead of folds; empty = folds.
  std::string cheap;  ///< A target whose straight line to this one is a learning curve's baseline; empty = none.
  std::vector<std::uint64_t> seeds{1};
  std::uint64_t split_seed = 1;
  double validation_fraction =
      0.1;                   ///< Of each training part; early stopping and the choice of a variant see only these.
  double test_fraction = 0;  ///< Compositions kept out of every fold.
  std::string test_file;     ///< Or: another data set with the same target.
  std::vector<Variant> variants;
  std::string signature;  ///< What decides the bits of every job, see config::KeyReader.

  bool is_curve() const { return !shares.empty(); }
};

/// The stage's keys (all but those of every stage).
void keys(config::Keys& k, FinetuneSettings& settings);

/// Reads the data and checks the variants without training.
void check_finetune(const parallel::Communicator& communicator, const FinetuneSettings& settings);

/// Runs the jobs that have no result in `folder/jobs` yet and compares the variants. Returns false when stopped.
bool run_finetune(const parallel::Communicator& communicator, const FinetuneSettings& settings,
                  const std::filesystem::path& folder, parallel::StopHandler& stop);

}  // namespace epitaxy::transfer
