#include <algorithm>
#include <cmath>

#include "base/statistics.h"
#include "learners/learners.h"
#include "learners/network_training.h"
#include "models/kind.h"
#include "models/model_file.h"
#include "train/rows.h"
#include "train/variant.h"

namespace epitaxy::learners {

namespace {

constexpr const char* kHead = "label";

/// Texts as rows of a model; those that it cannot read are absent.
struct ReadTexts {
  models::RowBlock block;
  std::vector<bool> readable;  ///< [texts]
};

ReadTexts read_texts(const models::ModelDescription& description, const std::vector<std::string>& texts) {
  const auto reader = description.kind->reader(description);
  ReadTexts result;
  for (const std::string& text : texts) {
    try {
      reader->read(description.kind->substance().write(reader->notation(), text), result.block);
      result.readable.push_back(true);
    } catch (const std::runtime_error&) {
      result.block.append_absent();
      result.readable.push_back(false);
    }
  }
  return result;
}

/// A pretrained network after it learned the labels.
class FineTuned final : public NetworkRegressor {
 public:
  using NetworkRegressor::NetworkRegressor;

  std::vector<double> predict(const Matrix& rows) const override {
    const auto read = read_texts(description(), rows.texts);
    const auto computed = outputs(read.block);
    std::vector<double> values;
    for (std::size_t i = 0; i < rows.rows; ++i) {
      const double value = description().heads.front().standardizer.backward(computed[i]);
      values.push_back(read.readable[i] ? value : std::nan(""));
    }
    return values;
  }
};

struct FineTuneSettings {
  FineTuneSettings() {
    training.epochs = 30;
    training.batch = 64;
    training.loss.kind = nn::LossKind::mae;
    training.optimizer.weight_decay = 0.01;
    training.schedule.kind = nn::ScheduleKind::one_cycle;
    training.schedule.peak = 6e-4;
    training.schedule.rise_fraction = 0.1;
  }
  StartModel start;
  train::TrainingSettings training;
};

/// The head of the pretrained model whose predictions go with the labels best.
struct NearestHead {
  std::string name;  ///< Empty: none does.
  models::Standardizer standardizer;
};

NearestHead nearest_head(const models::ModelFile& start, const models::RowBlock& rows,
                         const std::vector<double>& labels) {
  constexpr double kLeastCorrelation = 0.3;
  const auto& heads = start.description.heads;
  const auto places = models::output_places(heads);
  if (heads.empty()) {
    return {};
  }
  const auto model = models::make_model(start.description);
  std::vector<float> outputs(labels.size() * places.back());
  train::Predictor(*model, {}).predict(start.members.front().data(), rows, outputs.data());
  NearestHead best;
  double best_correlation = kLeastCorrelation;
  for (std::size_t h = 0; h < heads.size(); ++h) {
    if (heads[h].task != &models::regression()) {
      continue;
    }
    std::vector<double> values;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      values.push_back(outputs[i * places.back() + places[h]]);
    }
    const auto line = statistics::StraightLine::fit(values, labels);
    const double correlation = statistics::rank_correlation(values, labels);
    if (line.slope > 0 && correlation > best_correlation) {
      best_correlation = correlation;
      best = {heads[h].name, {line.offset, line.slope}};
    }
  }
  return best;
}

/// A pretrained model of texts that goes on learning: all its weights, at a small rate. The head starts as a copy of
/// the pretrained one whose predictions are nearest to a straight line in the labels of the training rows.
class FineTuneLearner final : public LearnerOf<FineTuneSettings> {
 public:
  const char* name() const override { return "fine_tune"; }
  const StartModel* start(const std::any& settings) const override {
    return &std::any_cast<const FineTuneSettings&>(settings).start;
  }

  std::unique_ptr<Regressor> read(const data::Hdf5File& file, const std::string& group) const override {
    const auto description = models::ModelDescription::from_json(file.text_attribute(group, "network"));
    return std::make_unique<FineTuned>(description, read_network_weights(file, group, description));
  }

 private:
  using S = FineTuneSettings;

  std::vector<S> read_settings(config::Keys& k) const override {
    S s;
    k.file(s.start.file, config::Key("model", "a pretrained model that reads these texts").required());
    network_training_keys(k, s.training);
    if (k.reading() && !s.start.file.empty()) {
      s.start.model = std::make_shared<const models::ModelFile>(models::read_model(s.start.file));
      if (const std::size_t members = s.start.model->members.size(); members != 1) {
        k.problem("model", fmt::format("is an ensemble of {}: take a single model", members));
      }
    }
    return {s};
  }

  std::string describe_settings(const S& s) const override { return fmt::format("{} epochs", s.training.epochs); }

  std::unique_ptr<Regressor> train_with(const S& s, const TrainingTable& table,
                                        const StopQuestion& stop) const override {
    const models::ModelFile& start = *s.start.model;
    auto block = read_texts(start.description, table.rows.texts).block;
    const NearestHead nearest = nearest_head(start, block, table.labels);
    train::Variant variant;
    variant.name = name();
    train::NewHead head;
    head.name = kHead;
    head.start_from = nearest.name;
    const std::string unit =
        nearest.name.empty() ? "" : start.description.heads[start.description.head_index(nearest.name)].unit;
    auto description = train::describe_start(start.description, variant, head, {{kHead, unit, table.labels, {}}},
                                             start.description.kind->reader(start.description)->sums(block).seen);
    if (!nearest.name.empty()) {
      description.heads.front().standardizer = nearest.standardizer;
    }
    const auto model = models::make_model(description);
    auto weights = train::starting_weights(*model, start, variant, head, table.seed);
    train::Rows rows{std::move(block), 1, {}, {table.weights.begin(), table.weights.end()}};
    for (const double label : table.labels) {
      rows.targets.push_back(static_cast<float>(description.heads.front().standardizer.forward(label)));
    }
    if (!train_network(*model, s.training, std::move(rows), table.seed, train::rate_multipliers(*model, variant), stop,
                       weights)) {
      return nullptr;
    }
    return std::make_unique<FineTuned>(std::move(description), std::move(weights));
  }
};

}  // namespace

const Learner& fine_tune() {
  static const FineTuneLearner learner;
  return learner;
}

}  // namespace epitaxy::learners
