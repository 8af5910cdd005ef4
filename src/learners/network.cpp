#include <algorithm>

#include "learners/regressors.h"
#include "models/model_file.h"
#include "nn/dense.h"
#include "parallel/communicator.h"
#include "train/rows.h"
#include "train/trainer.h"

namespace epitaxy::learners {

namespace {

class Network final : public Regressor {
 public:
  Network(ColumnScales scales, models::ModelDescription description, linalg::Buffer<float> weights)
      : scales_(std::move(scales)),
        model_(models::make_model(description)),
        weights_(std::move(weights)),
        predictor_(*model_, {}) {}

  std::vector<double> predict(const Matrix& rows) const override {
    const Matrix scaled = scales_.apply(rows);
    std::vector<float> values(rows.rows);
    predictor_.predict(weights_.data(), scaled.values.data(), rows.rows, values.data());
    return {values.begin(), values.end()};
  }

  void write(data::Hdf5File& file, const std::string& group) const override {
    file.write(group + "/column_means", scales_.mean);
    file.write(group + "/column_scales", scales_.scale);
    file.write(group + "/network_weights", weights_.data(), weights_.size());
    file.write_attribute(group, "network", model_->description().to_json());
  }

 private:
  ColumnScales scales_;
  std::unique_ptr<models::Model> model_;
  linalg::Buffer<float> weights_;
  mutable train::Predictor predictor_;
};

models::ModelDescription describe_network(const LearnerSettings& settings, std::size_t columns) {
  models::ModelDescription description;
  for (std::size_t j = 0; j < columns; ++j) {
    description.features.push_back(fmt::format("column{}", j));
  }
  description.seen.assign(columns, 1);
  description.widths = settings.widths;
  models::Head head;
  head.name = head.target = "label";
  description.heads.push_back(head);
  return description;
}

}  // namespace

std::unique_ptr<Regressor> train_network(const LearnerSettings& settings, const TrainingTable& table,
                                         const StopQuestion& stop) {
  ColumnScales scales = ColumnScales::fit(table.rows);
  train::Rows rows{table.rows.rows, table.rows.columns, 1, scales.apply(table.rows).values, {}};
  rows.targets.assign(table.labels.begin(), table.labels.end());
  const auto description = describe_network(settings, table.rows.columns);
  const auto model = models::make_model(description);
  train::TrainingSettings training = settings.training;
  training.batch = static_cast<int>(std::min<std::size_t>(rows.count, static_cast<std::size_t>(training.batch)));
  training.seed = table.seed;
  linalg::Buffer<float> weights(model->layout().size());
  model->layout().initialize(weights.data(), table.seed);
  std::vector<train::Rows> shards;
  const std::size_t count = rows.count;
  shards.push_back(std::move(rows));
  train::Trainer trainer(parallel::Communicator::self(), *model, training, std::move(shards), count);
  trainer.set_weights(weights.data());
  train::TrainingHooks hooks;
  hooks.stop_requested = stop;
  hooks.validate = [&](const float* now) {
    std::copy_n(now, weights.size(), weights.data());
    return 0.0;
  };
  if (trainer.run(hooks) == train::Outcome::stopped) {
    return nullptr;
  }
  return std::make_unique<Network>(std::move(scales), description, std::move(weights));
}

std::unique_ptr<Regressor> read_network(const data::Hdf5File& file, const std::string& group) {
  const auto values = file.read<float>(group + "/network_weights");
  linalg::Buffer<float> weights(values.size());
  std::ranges::copy(values, weights.data());
  return std::make_unique<Network>(
      ColumnScales{file.read<double>(group + "/column_means"), file.read<double>(group + "/column_scales")},
      models::ModelDescription::from_json(file.text_attribute(group, "network")), std::move(weights));
}

}  // namespace epitaxy::learners
