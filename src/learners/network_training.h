#pragma once
/// \file
/// What learners that are networks share.
#include <string>
#include <vector>

#include "data/hdf5.h"
#include "learners/learner.h"
#include "linalg/buffer.h"
#include "models/model.h"
#include "train/rows.h"
#include "train/settings.h"

namespace epitaxy::learners {

/// Trains `weights` on one rank until the end of the last epoch; false when `stop` said so. `multipliers` see
/// train::Trainer.
bool train_network(const models::Model& model, train::TrainingSettings training, train::Rows rows, std::uint64_t seed,
                   const std::vector<double>& multipliers, const StopQuestion& stop, linalg::Buffer<float>& weights);

/// A group's network: its description (`network`) and weights (`network_weights`).
void write_network(data::Hdf5File& file, const std::string& group, const models::ModelDescription& description,
                   const linalg::Buffer<float>& weights);
/// Throws InputError when their number is not that of the model.
linalg::Buffer<float> read_network_weights(const data::Hdf5File& file, const std::string& group,
                                           const models::ModelDescription& description);

/// The keys of a training on one rank.
void network_training_keys(config::Keys& k, train::TrainingSettings& training);

}  // namespace epitaxy::learners
