#include "learners/network_training.h"

#include <algorithm>

#include "base/error.h"
#include "parallel/communicator.h"
#include "train/trainer.h"

namespace epitaxy::learners {

bool train_network(const models::Model& model, train::TrainingSettings training, train::Rows rows, std::uint64_t seed,
                   const std::vector<double>& multipliers, const StopQuestion& stop, linalg::Buffer<float>& weights) {
  const std::size_t count = rows.count();
  training.batch = static_cast<int>(std::min<std::size_t>(count, static_cast<std::size_t>(training.batch)));
  training.seed = seed;
  std::vector<train::Rows> shards;
  shards.push_back(std::move(rows));
  train::Trainer trainer(parallel::Communicator::self(), model, training, std::move(shards), count, multipliers);
  trainer.set_weights(weights.data());
  train::TrainingHooks hooks;
  hooks.stop_requested = stop;
  hooks.validate = [&](const float* now) {
    std::copy_n(now, weights.size(), weights.data());
    return 0.0;
  };
  return trainer.run(hooks) != train::Outcome::stopped;
}

NetworkRegressor::NetworkRegressor(const models::ModelDescription& description, linalg::Buffer<float> weights)
    : model_(models::make_model(description)), weights_(std::move(weights)), predictor_(*model_, {}) {}

void NetworkRegressor::write(data::Hdf5File& file, const std::string& group) const {
  file.write(group + "/network_weights", weights_.data(), weights_.size());
  file.write_attribute(group, "network", description().to_json());
}

std::vector<float> NetworkRegressor::outputs(const models::RowBlock& rows) const {
  std::vector<float> values(rows.rows());
  predictor_.predict(weights_.data(), rows, values.data());
  return values;
}

linalg::Buffer<float> read_network_weights(const data::Hdf5File& file, const std::string& group,
                                           const models::ModelDescription& description) {
  const auto values = file.read<float>(group + "/network_weights");
  if (const std::size_t size = models::make_model(description)->layout().size(); size != values.size()) {
    fail_input("{}: {} holds {} weights of a network that has {}", file.path().string(), group, values.size(), size);
  }
  linalg::Buffer<float> weights(values.size());
  std::ranges::copy(values, weights.data());
  return weights;
}

void network_training_keys(config::Keys& k, train::TrainingSettings& training) {
  k.section({"training", "the training"}, [&](config::Keys& section) {
    keys(section, training);
    if (training.shards != 1) {
      section.problem("shards", "must be 1: the jobs of 'difference' run on one rank each");
    }
  });
}

}  // namespace epitaxy::learners
