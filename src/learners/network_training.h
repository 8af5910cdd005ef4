#pragma once
/// \file
/// What learners that are networks share.
#include <memory>
#include <string>
#include <vector>

#include "data/hdf5.h"
#include "learners/learner.h"
#include "learners/regressor.h"
#include "linalg/buffer.h"
#include "models/model.h"
#include "train/rows.h"
#include "train/settings.h"

namespace epitaxy::learners {

/// Trains `weights` on one rank until the end of the last epoch; false when `stop` said so. `multipliers` see
/// train::Trainer.
bool train_network(const models::Model& model, train::TrainingSettings training, train::Rows rows, std::uint64_t seed,
                   const std::vector<double>& multipliers, const StopQuestion& stop, linalg::Buffer<float>& weights);

/// A trained network with one head. Its file: the description (`network`) and the weights (`network_weights`).
class NetworkRegressor : public Regressor {
 public:
  NetworkRegressor(const models::ModelDescription& description, linalg::Buffer<float> weights);

  void write(data::Hdf5File& file, const std::string& group) const final;

 protected:
  const models::ModelDescription& description() const { return model_->description(); }
  /// [rows] as the network computes them.
  std::vector<float> outputs(const models::RowBlock& rows) const;

 private:
  std::unique_ptr<models::Model> model_;
  linalg::Buffer<float> weights_;
  mutable train::Predictor predictor_;
};

/// Throws InputError when their number is not that of the model.
linalg::Buffer<float> read_network_weights(const data::Hdf5File& file, const std::string& group,
                                           const models::ModelDescription& description);

/// The keys of a training on one rank.
void network_training_keys(config::Keys& k, train::TrainingSettings& training);

}  // namespace epitaxy::learners
