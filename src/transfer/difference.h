#pragma once
/// \file
/// The `difference` stage: measured values from a cheap model's values, in several ways side by side on the same rows.
/// Hyper-parameters are chosen by cross-validation inside each training part. Either by cross-validation (k folds x
/// seeds), or on test rows of their own, with some or all of the labels.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/keys.h"
#include "parallel/communicator.h"
#include "parallel/stop.h"
#include "transfer/difference_result.h"
#include "transfer/learner_choice.h"
#include "transfer/row_features.h"
#include "transfer/split_rule.h"
#include "transfer/way.h"

namespace epitaxy::transfer {

/// Rows that only the model on all others predicts.
struct KeptBack {
  std::string file;     ///< A data set; empty: none.
  double fraction = 0;  ///< Of the rows, taken by the rule of the split; 0: none.
};

struct DifferenceSettings {
  std::string file;                 ///< The data set.
  std::string measured;             ///< Its target to predict.
  std::vector<std::string> cheap;   ///< Its targets that a cheap model computed; the first is what is subtracted.
  std::vector<std::string> given;   ///< Its targets that the learners of all ways read beside the text: RowInput.
  std::string weights;              ///< Its target that says how much a row counts; empty: all the same.
  std::string test_file;            ///< Another data set, whose rows are predicted instead of folds; empty: folds.
  std::vector<std::size_t> labels;  ///< With a test file: how many labels, ascending; empty: all.
  std::vector<FeatureBlock> features;
  std::vector<LearnerChoice> learners;
  std::vector<Way> ways = all_ways();
  SplitRule split;  ///< Of outer and inner folds.
  KeptBack kept_back = {};
  int folds = 10;
  int inner_folds = 5;
  std::vector<std::uint64_t> seeds{
      1};  ///< Each cuts other folds (or takes other labels) and draws other random numbers.
  std::uint64_t split_seed = 1;
  double coverage = 0.9;  ///< Of the intervals.
  bool classes = false;   ///< `measured` names two classes, which are learned as 0 and 1.
  std::string signature;  ///< What decides the bits of every job, see config::KeyReader.

  Loss loss() const { return classes ? Loss::squared : Loss::absolute; }
  bool has_test() const { return !test_file.empty(); }
};

/// The stage's keys (all but those of every stage).
void keys(config::Keys& k, DifferenceSettings& settings);

/// Those of them that do not depend on where the rows come from: seeds, inner folds, coverage.
void cross_validation_keys(config::Keys& k, DifferenceSettings& settings);

/// Reads the data without training. Collective.
void check_difference(const parallel::Communicator& communicator, const DifferenceSettings& settings);

/// Runs the jobs that have no result in `folder/jobs` yet, compares the ways and writes the model. Returns false when
/// stopped. Collective.
bool run_difference(const parallel::Communicator& communicator, const DifferenceSettings& settings,
                    const std::filesystem::path& folder, parallel::StopHandler& stop);

}  // namespace epitaxy::transfer
