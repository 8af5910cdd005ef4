#include "transfer/job.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/progress.h"
#include "base/regression_metrics.h"
#include "train/trainer.h"

namespace epitaxy::transfer {

std::vector<Job> list_jobs(const FinetuneSettings& settings) {
  std::vector<Job> jobs;
  const auto add = [&](std::size_t v, int fold, std::size_t share, const std::string& part) {
    const Variant& variant = settings.variants[v];
    for (const std::uint64_t seed : settings.seeds) {
      jobs.push_back({v, fold, share, seed, {fmt::format("{}-{}-seed{}", variant.name, part, seed), variant.settings}});
      if (!variant.trains) {
        break;
      }
    }
  };
  for (std::size_t share = settings.shares.size(); share-- > 0;) {
    for (std::size_t v = 0; v < settings.variants.size(); ++v) {
      add(v, 0, share, fmt::format("labels{}", settings.shares[share]));
    }
  }
  for (std::size_t v = 0; v < settings.variants.size() && !settings.is_curve(); ++v) {
    for (int fold = 0; fold < settings.folds; ++fold) {
      add(v, fold, 0, fmt::format("fold{:02}", fold));
    }
  }
  return jobs;
}

bool keeps_weights(const FinetuneSettings& settings, const Job& job) {
  return !settings.is_curve() || job.share + 1 == settings.shares.size();
}

namespace {

/// The further targets of a variant.
std::vector<const data::Target*> further_targets(const TransferData& data, const Variant& variant) {
  std::vector<const data::Target*> result;
  for (const auto& name : variant.also) {
    result.push_back(&*std::ranges::find(data.further, name, &data::Target::name));
  }
  return result;
}

}  // namespace

JobSplit split_rows(const TransferData& data, const FinetuneSettings& settings, const Job& job) {
  JobSplit split = settings.is_curve() ? split_share(data, settings, settings.shares[job.share], job.seed)
                                       : split_fold(data, settings, job.fold);
  const auto further = further_targets(data, settings.variants[job.variant]);
  std::erase_if(split.further, [&](std::size_t row) {
    return std::ranges::all_of(further, [&](const data::Target* target) { return std::isnan(target->values[row]); });
  });
  return split;
}

namespace {

std::vector<double> pick(const std::vector<double>& values, const std::vector<std::size_t>& positions) {
  std::vector<double> result;
  for (const std::size_t position : positions) {
    result.push_back(values[position]);
  }
  return result;
}

std::vector<float> features_of(const TransferData& data, const std::vector<std::size_t>& positions) {
  std::vector<float> features;
  features.reserve(positions.size() * data.feature_count());
  for (const std::size_t position : positions) {
    const auto first = data.features.begin() + static_cast<std::ptrdiff_t>(position * data.feature_count());
    features.insert(features.end(), first, first + static_cast<std::ptrdiff_t>(data.feature_count()));
  }
  return features;
}

std::vector<std::size_t> all_rows(const JobSplit& split) {
  std::vector<std::size_t> rows = split.train;
  rows.insert(rows.end(), split.further.begin(), split.further.end());
  return rows;
}

/// Targets with the labels of the training rows, and how many rows hold each feature.
models::ModelDescription describe_job(const TransferData& data, const FinetuneSettings& settings,
                                      const Variant& variant, const JobSplit& split) {
  const auto rows = all_rows(split);
  std::vector<data::Target> targets{{data.target, data.unit, pick(data.labels, split.train)}};
  for (const data::Target* further : further_targets(data, variant)) {
    targets.push_back({further->name, further->unit, pick(further->values, rows)});
  }
  const train::Rows features{rows.size(), data.feature_count(), 0, features_of(data, rows), {}};
  return describe_start(data.pretrained.description, variant, settings.head, targets,
                        train::count_seen(features, data.pretrained.description));
}

/// Predicts one target with a model of one or more heads, the first of which is that target's.
class TargetPredictor {
 public:
  TargetPredictor(const models::Model& model, const nn::Arithmetic& arithmetic)
      : heads_(model.description().heads), predictor_(model, arithmetic) {}

  /// Predictions in physical units.
  std::vector<double> predict(const float* weights, const std::vector<float>& features, std::size_t count) {
    std::vector<float> standardized(count * heads_.size());
    predictor_.predict(weights, features.data(), count, standardized.data());
    std::vector<double> result;
    for (std::size_t i = 0; i < count; ++i) {
      result.push_back(heads_.front().standardizer.backward(standardized[i * heads_.size()]));
    }
    return result;
  }

 private:
  const std::vector<models::Head>& heads_;
  train::Predictor predictor_;
};

/// Features and labels of the validation rows.
struct Validation {
  std::vector<float> features;
  std::vector<double> labels;

  double mae(TargetPredictor& predictor, const float* weights) const {
    return statistics::regression_metrics(labels, predictor.predict(weights, features, labels.size())).mae;
  }
};

/// Trains `weights`, telling progress under `name`. Returns the epoch that they are of, or nothing when `stop` said so.
std::optional<std::int64_t> train_weights(const std::string& name, const models::Model& model, const Variant& variant,
                                          const train::TrainingSettings& training, train::Rows rows,
                                          const Validation& validation, const std::function<bool()>& stop,
                                          linalg::Buffer<float>& weights) {
  TargetPredictor predictor(model, training.arithmetic);
  const std::size_t count = rows.count;
  std::vector<train::Rows> shards;
  shards.push_back(std::move(rows));
  train::Trainer trainer(parallel::Communicator::self(), model, training, std::move(shards), count,
                         rate_multipliers(model.layout(), variant));
  trainer.set_weights(weights.data());
  train::TrainingHooks hooks;
  hooks.stop_requested = stop;
  log::Progress progress(name, "step");
  progress.plan("", training.epochs * trainer.steps_per_epoch());
  hooks.progress = [&](std::int64_t step, std::int64_t) { progress.reached(step); };
  const auto keep = [&](const float* now) { std::copy_n(now, weights.size(), weights.data()); };
  hooks.validate = [&](const float* now) {
    if (validation.labels.empty()) {
      keep(now);
      return 0.0;
    }
    if (!variant.keep_best) {
      keep(now);
    }
    return validation.mae(predictor, now);
  };
  hooks.improved = [&](const float* now) { keep(now); };
  if (trainer.run(hooks) == train::Outcome::stopped) {
    return std::nullopt;
  }
  return validation.labels.empty() ? trainer.state().epoch : trainer.state().best_epoch;
}

}  // namespace

train::Rows training_rows(const TransferData& data, const Variant& variant, const JobSplit& split,
                          const models::ModelDescription& description) {
  const auto positions = all_rows(split);
  const auto further = further_targets(data, variant);
  train::Rows rows{positions.size(), data.feature_count(), description.heads.size(), features_of(data, positions), {}};
  const auto standardize = [&](std::size_t head, double label) {
    return static_cast<float>(description.heads[head].standardizer.forward(label));
  };
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const bool labelled = i < split.train.size();
    rows.targets.push_back(standardize(0, labelled ? data.labels[positions[i]] : std::nan("")));
    for (std::size_t f = 0; f < further.size(); ++f) {
      rows.targets.push_back(standardize(f + 1, further[f]->values[positions[i]]));
    }
  }
  return rows;
}

std::optional<JobResult> run_job(const TransferData& data, const FinetuneSettings& settings, const Job& job,
                                 const std::function<bool()>& stop) {
  const Variant& variant = settings.variants[job.variant];
  const JobSplit split = split_rows(data, settings, job);
  const auto description = describe_job(data, settings, variant, split);
  const auto model = models::make_model(description);
  const std::uint64_t seed = job.seed * 100003 + static_cast<std::uint64_t>(job.fold);
  linalg::Buffer<float> weights = starting_weights(*model, data.pretrained, variant, settings.head, seed);
  const Validation validation{features_of(data, split.validation), pick(data.labels, split.validation)};

  JobResult result;
  if (variant.trains) {
    train::Rows rows = training_rows(data, variant, split, description);
    train::TrainingSettings training = training_for(variant, rows.count);
    training.seed = seed;
    const auto epoch =
        train_weights(job.label.name, *model, variant, training, std::move(rows), validation, stop, weights);
    if (!epoch) {
      return std::nullopt;
    }
    result.best_epoch = *epoch;
  }
  TargetPredictor predictor(*model, nn::exact(variant.training.arithmetic));
  result.rows.assign(split.held_out.begin(), split.held_out.end());
  result.predictions = predictor.predict(weights.data(), features_of(data, split.held_out), split.held_out.size());
  result.test_predictions = predictor.predict(weights.data(), data.test_features, data.test.size());
  result.validation_mae = validation.mae(predictor, weights.data());
  for (const std::size_t row : split.train) {
    result.baseline += data.labels[row] / static_cast<double>(split.train.size());
  }
  result.model.description = description;
  if (keeps_weights(settings, job)) {
    result.model.members.push_back(std::move(weights));
  }
  return result;
}

void write_result(data::Hdf5File& file, const JobResult& result) {
  file.write("/rows", result.rows);
  file.write("/predictions", result.predictions);
  file.write("/test_predictions", result.test_predictions);
  if (!result.model.members.empty()) {
    models::write_model_group(file, result.model.description, {result.model.members.front().data()});
  }
  file.write_attribute("/", "validation_mae", result.validation_mae);
  file.write_attribute("/", "best_epoch", result.best_epoch);
  file.write_attribute("/", "baseline", result.baseline);
}

JobResult read_result(const data::Hdf5File& file) {
  JobResult result;
  result.rows = file.read<std::int64_t>("/rows");
  result.predictions = file.read<double>("/predictions");
  result.test_predictions = file.read<double>("/test_predictions");
  result.validation_mae = file.number_attribute("/", "validation_mae");
  result.best_epoch = file.integer_attribute("/", "best_epoch");
  result.baseline = file.number_attribute("/", "baseline");
  return result;
}

}  // namespace epitaxy::transfer
