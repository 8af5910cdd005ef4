#pragma once
/// \file
/// The `fit` stage: from one table to a model that says how sure it is. The table is imported, a portfolio of learners
/// learns each target by itself, and a greedy choice among them is the model. All of that, the choice too, is repeated
/// in each outer fold, whose rows give the figures.
#include <filesystem>
#include <string>
#include <vector>

#include "config/keys.h"
#include "data/import.h"
#include "parallel/communicator.h"
#include "parallel/stop.h"
#include "transfer/difference.h"

namespace epitaxy::transfer {

struct FitSettings {
  data::ImportSettings table;
  std::vector<std::string> targets;  ///< Of the table, each learned by itself.
  KeptBack test;                     ///< Rows that only the final models predict: a table, or a share of this one.
  bool curve = true;                 ///< Learn from shares of the rows, too.
  double budget = 0;                 ///< Units (plan.h) of each target's jobs at most; 0: no bound.
  bool structures = true;            ///< The model file holds the training rows' texts, to tell how near new ones are.
  DifferenceSettings learning;       ///< Of each target; the file and the target are set for each.
};

/// The stage's keys (all but those of every stage).
void keys(config::Keys& k, FitSettings& settings);

/// Reads the table without training. Collective.
void check_fit(const parallel::Communicator& communicator, const FitSettings& settings);

/// Imports the table into `folder/import`, runs the jobs that have no result in `folder/jobs` yet, and writes the model
/// and its figures. Returns false when stopped. Collective.
bool run_fit(const parallel::Communicator& communicator, const FitSettings& settings,
             const std::filesystem::path& folder, parallel::StopHandler& stop);

}  // namespace epitaxy::transfer
