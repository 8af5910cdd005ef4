#include <algorithm>

#include "learners/learners.h"
#include "learners/network_training.h"
#include "models/fingerprint_net/fingerprint_net.h"
#include "models/kinds.h"
#include "models/model.h"
#include "train/rows.h"

namespace epitaxy::learners {

namespace {

/// Rows of a matrix as those of a model.
models::RowBlock block_of(const models::ModelDescription& description, const Matrix& rows) {
  const models::ColumnRows columns(description.as<models::FingerprintSettings>().columns);
  models::RowBlock block;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    columns.append({rows.row(i), rows.columns}, block);
  }
  return block;
}

class Network final : public NetworkRegressor {
 public:
  using NetworkRegressor::NetworkRegressor;

  std::vector<double> predict(const Matrix& rows) const override {
    const auto values = outputs(block_of(description(), rows));
    return {values.begin(), values.end()};
  }
};

struct NetworkSettings {
  NetworkSettings() {
    training.epochs = 100;
    training.batch = 32;
  }
  std::vector<std::size_t> widths{128, 64};  ///< Of the hidden layers.
  train::TrainingSettings training;
};

models::ModelDescription describe_network(const std::vector<std::size_t>& widths,
                                          const std::vector<ColumnKind>& columns, features::Scaling scaling) {
  models::FingerprintSettings settings;
  settings.dense.widths = widths;
  settings.columns = columns;
  settings.scaling = std::move(scaling);
  auto description = models::describe(models::fingerprint_net(), settings);
  for (std::size_t j = 0; j < columns.size(); ++j) {
    description.features.push_back(fmt::format("column{}", j));
  }
  description.seen.assign(columns.size(), 1);
  models::Head head;
  head.name = head.target = "label";
  description.heads.push_back(head);
  return description;
}

/// Files of the version before have the same network as a composition_net, and the scales beside it.
models::ModelDescription description_in(const data::Hdf5File& file, const std::string& group) {
  const auto description = models::ModelDescription::from_json(file.text_attribute(group, "network"));
  if (!file.exists(group + "/column_means")) {
    return description;
  }
  features::Scaling scaling{file.read<double>(group + "/column_means"), {}};
  for (const double scale : file.read<double>(group + "/column_scales")) {
    scaling.factor.push_back(1 / scale);
  }
  const std::vector<ColumnKind> numbers(scaling.mean.size(), ColumnKind::number);
  return describe_network(description.as<models::DenseSettings>().widths, numbers, std::move(scaling));
}

features::Scaling scaling_of(const Matrix& rows) {
  features::ColumnSums sums(rows.columns);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    sums.add(rows.row(i));
  }
  return features::Scaling::of(sums);
}

/// A dense network on standardized columns: models::fingerprint_net on the columns of a table.
class NetworkLearner final : public LearnerOf<NetworkSettings> {
 public:
  const char* name() const override { return "network"; }

  std::unique_ptr<Regressor> read(const data::Hdf5File& file, const std::string& group) const override {
    const auto description = description_in(file, group);
    return std::make_unique<Network>(description, read_network_weights(file, group, description));
  }

 private:
  using S = NetworkSettings;

  std::vector<S> read_settings(config::Keys& k) const override {
    S s;
    k.integers(s.widths, {"widths", "of the hidden layers"}, {1, 65536});
    network_training_keys(k, s.training);
    return {s};
  }

  std::string describe_settings(const S& s) const override {
    return fmt::format("widths {}", fmt::join(s.widths, "-"));
  }

  std::unique_ptr<Regressor> train_with(const S& s, const TrainingTable& table,
                                        const StopQuestion& stop) const override {
    const auto description = describe_network(s.widths, table.kinds, scaling_of(table.rows));
    train::Rows rows{block_of(description, table.rows),
                     1,
                     {table.labels.begin(), table.labels.end()},
                     {table.weights.begin(), table.weights.end()}};
    const auto model = models::make_model(description);
    linalg::Buffer<float> weights(model->layout().size());
    model->layout().initialize(weights.data(), table.seed);
    if (!train_network(*model, s.training, std::move(rows), table.seed, {}, stop, weights)) {
      return nullptr;
    }
    return std::make_unique<Network>(description, std::move(weights));
  }
};

}  // namespace

const Learner& network() {
  static const NetworkLearner learner;
  return learner;
}

}  // namespace epitaxy::learners
