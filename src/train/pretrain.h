#pragma once
/// \file
/// The `pretrain` stage: data-parallel training of one model with a head per data set, resumable at any step.
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/keys.h"
#include "models/model.h"
#include "parallel/communicator.h"
#include "parallel/stop.h"
#include "train/checkpoint.h"
#include "train/settings.h"
#include "train/training_data.h"
#include "train/validation.h"

namespace epitaxy::train {

/// Substances to keep out of the training: those of a data set.
struct Exclusion {
  std::string dataset;
  std::vector<long long> lines;  ///< Lines of its source file; empty = all rows.
};

struct PretrainSettings {
  std::vector<Source> sources;
  SplitSettings split;
  std::vector<Exclusion> exclusions;
  models::ModelDescription model;  ///< Its shape; the rest comes from the data.
  TrainingSettings training;
  ChooseBy choose_by = "mean";
  std::any evaluation;  ///< Of the kind, see EvaluationKind.
  double checkpoint_minutes = 5;
  std::string signature;  ///< What decides the bits, see config::KeyReader.
};

/// The stage's keys (all but those of every stage).
void keys(config::Keys& k, PretrainSettings& settings);

/// The substances that exclusions name.
struct Excluded {
  std::set<std::string> groups;
  std::map<std::string, std::optional<data::Preparation>> preparations;  ///< Of the data sets, by file.
};
/// Throws InputError for an unreadable data set, one of another substance than the kind reads, and for a line that it
/// does not hold.
Excluded read_exclusions(const std::vector<Exclusion>& exclusions, const models::Kind& kind);

/// What `check` prints: data, model, steps, memory per rank, an estimate of the time from a few real steps.
void check_pretrain(const parallel::Communicator& communicator, const PretrainSettings& settings);

/// Runs the stage in `folder`, or goes on from its checkpoint. Returns false when it was stopped at a checkpoint.
bool run_pretrain(const parallel::Communicator& communicator, const PretrainSettings& settings,
                  const std::filesystem::path& folder, parallel::StopHandler& stop);

}  // namespace epitaxy::train
