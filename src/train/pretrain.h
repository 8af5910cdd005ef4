#pragma once
/// \file
/// The `pretrain` stage: data-parallel training of one model with a head per data set, resumable at any step.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/section.h"
#include "models/model.h"
#include "parallel/communicator.h"
#include "parallel/stop.h"
#include "train/checkpoint.h"
#include "train/settings.h"
#include "train/training_data.h"
#include "train/validation.h"

namespace epitaxy::train {

/// Compositions to keep out of the training: those of a data set.
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
  MoleculeEvaluationSettings molecules;  ///< Of each epoch, for a molecule_vae.
  std::size_t final_points = 10000;      ///< Decoded at the end.
  double checkpoint_minutes = 5;
  std::string signature;  ///< Every setting that the bits depend on, as YAML.
};

/// Reads the stage's keys (all but those of every stage).
PretrainSettings read_pretrain(config::Section root);

/// The shape of a model from the section `model`.
models::ModelDescription read_model_settings(config::Section model);

/// The reduced compositions that exclusions name. Throws InputError for an unreadable data set.
std::set<std::string> excluded_groups(const std::vector<Exclusion>& exclusions);
std::vector<Exclusion> read_exclusions(config::Section root);

/// What `check` prints: data, model, steps, memory per rank, an estimate of the time from a few real steps.
void check_pretrain(const parallel::Communicator& communicator, const PretrainSettings& settings);

/// Runs the stage in `folder`, or goes on from its checkpoint. Returns false when it was stopped at a checkpoint.
bool run_pretrain(const parallel::Communicator& communicator, const PretrainSettings& settings,
                  const std::filesystem::path& folder, parallel::StopHandler& stop);

}  // namespace epitaxy::train
