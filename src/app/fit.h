#pragma once
/// \file
/// `epitaxy fit`: a table's own stage file, written and run.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "parallel/communicator.h"

namespace epitaxy::app {

/// What the command line says; empty: found in the table, or the stage's default.
struct FitOptions {
  std::string input;
  std::vector<std::string> targets;
  std::map<std::string, std::string> columns;  ///< With the texts of a substance, by chem::Substance::text_name.
  std::vector<std::string> cheap;
  std::vector<std::string> features;  ///< Columns that the learners read beside those of the text.
  std::string weights;                ///< Column that says how much each row counts.
  std::string output;
  std::string unit;  ///< Of all targets.
  std::string to;    ///< The unit in which they are learned and predicted; empty: `unit`.
  std::string transform;
  std::string task;                   ///< regression, classification; empty: as the values look.
  std::vector<std::string> learners;  ///< Some of the portfolio's.
  std::string split;                  ///< `random`, `scaffold`, `cluster`, `column:NAME` or `order:NAME`.
  std::string start;                  ///< A pretrained model.
  std::string groups;                 ///< A column besides.
  std::string test;                   ///< A file, or a fraction of the rows.
  int folds = 0;
  int inner_folds = 0;
  std::vector<int> seeds;
  double coverage = 0;
  double budget = 0;  ///< Units of work; 0: no bound.
  bool quick = false;
  bool fresh = false;
};

/// The stage file. Tells what was found. Throws InputError: no such table or column, nothing that could be meant, or
/// several.
std::string fit_stage(const FitOptions& options);

/// Writes `fit.yaml` into the output folder and runs it. Returns the exit code. Throws InputError when the folder holds
/// another fit. Collective.
int fit(const parallel::Communicator& communicator, const FitOptions& options);

}  // namespace epitaxy::app
