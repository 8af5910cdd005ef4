#pragma once
/// \file
/// The `compare` stage: values of several finished runs in one table, from their `summary.json`.
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "config/keys.h"
#include "parallel/communicator.h"
#include "parallel/stop.h"

namespace epitaxy::train {

struct ComparedRun {
  std::string name;
  std::filesystem::path folder;
};

struct CompareSettings {
  std::vector<ComparedRun> runs;
  std::vector<std::string> values;  ///< Paths such as `validation.gap_dft.mae_eV`; keys may hold points themselves.
};

/// The stage's keys (all but those of every stage).
void keys(config::Keys& k, CompareSettings& settings);

/// What the runs have at the paths, [runs][values]: single values, null for a number that is not finite. Throws
/// InputError when a run has not ended, and for a path that leads nowhere (with the nearest key) or to several values.
std::vector<std::vector<nlohmann::ordered_json>> compare_runs(const CompareSettings& settings);

/// `summary.json`; `values` as compare_runs gives them.
nlohmann::ordered_json to_json(const CompareSettings& settings,
                               const std::vector<std::vector<nlohmann::ordered_json>>& values);

/// What `check` does: reads the runs. Collective.
void check_compare(const parallel::Communicator& communicator, const CompareSettings& settings);
/// Logs the table and writes it as `comparison.csv` and `summary.json`. Not stopped: returns true. Collective.
bool run_compare(const parallel::Communicator& communicator, const CompareSettings& settings,
                 const std::filesystem::path& folder, parallel::StopHandler& stop);

}  // namespace epitaxy::train
