#include "transfer/job.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/progress.h"
#include "models/kind.h"
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

models::RowBlock inputs_of(const TransferData& data, const std::vector<std::size_t>& positions) {
  models::RowBlock inputs;
  inputs.append_rows(data.inputs, std::span<const std::size_t>(positions));
  return inputs;
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
  std::vector<data::Target> targets{
      {data.head.target, data.head.unit, pick(data.labels, split.train), data.head.classes}};
  for (const data::Target* further : further_targets(data, variant)) {
    targets.push_back({further->name, further->unit, pick(further->values, rows), further->classes});
  }
  const models::ModelDescription& start = data.pretrained.description;
  return describe_start(start, variant, settings.head, targets,
                        start.kind->reader(start)->sums(inputs_of(data, rows)).seen, data.row_sums);
}

/// Predicts one target with a model of one or more heads, the first of which is that target's.
class TargetPredictor {
 public:
  TargetPredictor(const models::Model& model, const nn::Arithmetic& arithmetic)
      : heads_(model.description().heads), predictor_(model, arithmetic) {}

  const models::Head& head() const { return heads_.front(); }
  /// [rows, values] of the head.
  std::vector<double> predict(const float* weights, const models::RowBlock& inputs) {
    const std::size_t outputs = models::output_places(heads_).back();
    std::vector<float> computed(inputs.rows() * outputs);
    predictor_.predict(weights, inputs, computed.data());
    std::vector<double> result(inputs.rows() * head().values());
    for (std::size_t i = 0; i < inputs.rows(); ++i) {
      head().task->predict(head(), computed.data() + i * outputs, result.data() + i * head().values());
    }
    return result;
  }

 private:
  const std::vector<models::Head>& heads_;
  train::Predictor predictor_;
};

/// Inputs and labels of the validation rows.
struct Validation {
  models::RowBlock inputs;
  std::vector<double> labels;

  /// Absent without rows.
  std::optional<double> error(TargetPredictor& predictor, const float* weights) const {
    const models::Head& head = predictor.head();
    return head.task->measure(head, labels, predictor.predict(weights, inputs)).error();
  }
};

/// Trains `weights`, telling progress under `name`. Returns the epoch that they are of, or nothing when `stop` said so.
std::optional<std::int64_t> train_weights(const std::string& name, const models::Model& model, const Variant& variant,
                                          const train::TrainingSettings& training, train::Rows rows,
                                          const Validation& validation, const std::function<bool()>& stop,
                                          linalg::Buffer<float>& weights) {
  TargetPredictor predictor(model, training.arithmetic);
  const std::size_t count = rows.count();
  std::vector<train::Rows> shards;
  shards.push_back(std::move(rows));
  train::Trainer trainer(parallel::Communicator::self(), model, training, std::move(shards), count,
                         rate_multipliers(model, variant));
  trainer.set_weights(weights.data());
  train::TrainingHooks hooks;
  hooks.stop_requested = stop;
  log::Progress progress(name, "step");
  progress.plan("", training.epochs * trainer.steps_per_epoch());
  hooks.progress = [&](std::int64_t step, std::int64_t) { progress.reached(step); };
  const auto keep = [&](const float* now) { std::copy_n(now, weights.size(), weights.data()); };
  const bool chooses = validation.labels.size() >= kFewestToChooseEpoch;
  double epochs = 0;
  hooks.validate = [&](const float* now) {
    if (!chooses) {
      keep(now);
      return -(++epochs);  // always better, so that 'patience' ends nothing
    }
    if (!variant.keep_best) {
      keep(now);
    }
    return validation.error(predictor, now).value_or(std::numeric_limits<double>::infinity());
  };
  hooks.improved = [&](const float* now) { keep(now); };
  if (trainer.run(hooks) == train::Outcome::stopped) {
    return std::nullopt;
  }
  return chooses ? trainer.state().best_epoch : trainer.state().epoch;
}

}  // namespace

train::Rows training_rows(const TransferData& data, const Variant& variant, const JobSplit& split,
                          const models::ModelDescription& description) {
  const auto positions = all_rows(split);
  const auto further = further_targets(data, variant);
  train::Rows rows{inputs_of(data, positions), description.heads.size(), {}};
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

bool is_better(const std::optional<double>& error, const std::optional<double>& than) {
  if (!error || !than) {
    fail_input("a variant has no validation error to be chosen by: raise 'validation.fraction'");
  }
  return *error < *than;
}

bool needs_error(const FinetuneSettings& settings, const Job& job) {
  return settings.is_curve() && settings.variants.size() > 1 && keeps_weights(settings, job);
}

void check_comparable(const TransferData& data, const FinetuneSettings& settings) {
  if (settings.variants.size() < 2 || settings.is_curve()) {
    return;
  }
  for (int fold = 0; fold < settings.folds; ++fold) {
    if (!split_fold(data, settings, fold).validation.empty()) {
      return;
    }
  }
  fail_input(
      "the variants cannot be compared: with {} labels 'validation.fraction: {}' leaves no validation row in any of "
      "the "
      "{} folds; raise it, or name one variant alone",
      data.labelled, settings.validation_fraction, settings.folds);
}

namespace {

/// What a job has learned from one part of the rows.
struct Learned {
  models::ModelDescription description;
  std::unique_ptr<models::Model> model;
  linalg::Buffer<float> weights;
  std::int64_t best_epoch = 0;

  std::vector<double> predict(const Variant& variant, const models::RowBlock& inputs) const {
    return TargetPredictor(*model, nn::exact(variant.training.arithmetic)).predict(weights.data(), inputs);
  }
};

Validation validation_of(const TransferData& data, const JobSplit& split) {
  return {inputs_of(data, split.validation), pick(data.labels, split.validation)};
}

/// Nothing when `stop` said so.
std::optional<Learned> learn(const TransferData& data, const FinetuneSettings& settings, const Job& job,
                             const JobSplit& split, const std::function<bool()>& stop) {
  const Variant& variant = settings.variants[job.variant];
  const std::uint64_t seed = job.seed * 100003 + static_cast<std::uint64_t>(job.fold);
  Learned learned;
  learned.description = describe_job(data, settings, variant, split);
  learned.model = models::make_model(learned.description);
  learned.weights = starting_weights(*learned.model, data.pretrained, variant, settings.head, seed);
  if (variant.trains) {
    train::Rows rows = training_rows(data, variant, split, learned.description);
    train::TrainingSettings training = training_for(variant, rows.count());
    training.seed = seed;
    const auto epoch = train_weights(job.label.name, *learned.model, variant, training, std::move(rows),
                                     validation_of(data, split), stop, learned.weights);
    if (!epoch) {
      return std::nullopt;
    }
    learned.best_epoch = *epoch;
  }
  return learned;
}

/// By cross-validation inside the training part: where a learning curve has too few labels for validation rows. Nothing
/// when `stop` said so.
std::optional<double> inner_error(const TransferData& data, const FinetuneSettings& settings, const Job& job,
                                  const JobSplit& split, const std::function<bool()>& stop) {
  constexpr int kInnerFolds = 5;
  const data::Split inside(settings.split_seed, Purpose::inside, job.seed);
  const std::vector<int> folds = inside.folds(data.rows.groups(split.train), kInnerFolds);
  std::vector<double> labels;
  std::vector<double> predictions;
  for (int k = 0; k < kInnerFolds; ++k) {
    const data::TrainHeldOut fold = data::hold_out(folds, k);
    JobSplit part{{}, split.further, {}, {}};
    for (const std::size_t i : fold.train) {
      part.train.push_back(split.train[i]);
    }
    for (const std::size_t i : fold.held_out) {
      part.held_out.push_back(split.train[i]);
    }
    const auto learned = learn(data, settings, job, part, stop);
    if (!learned) {
      return std::nullopt;
    }
    const auto own = learned->predict(settings.variants[job.variant], inputs_of(data, part.held_out));
    predictions.insert(predictions.end(), own.begin(), own.end());
    const auto truth = pick(data.labels, part.held_out);
    labels.insert(labels.end(), truth.begin(), truth.end());
  }
  return data.head.task->measure(data.head, labels, predictions).error();
}

}  // namespace

std::optional<JobResult> run_job(const TransferData& data, const FinetuneSettings& settings, const Job& job,
                                 const std::function<bool()>& stop) {
  const Variant& variant = settings.variants[job.variant];
  const JobSplit split = split_rows(data, settings, job);
  auto learned = learn(data, settings, job, split, stop);
  if (!learned) {
    return std::nullopt;
  }
  JobResult result;
  result.best_epoch = learned->best_epoch;
  result.rows.assign(split.held_out.begin(), split.held_out.end());
  result.predictions = learned->predict(variant, inputs_of(data, split.held_out));
  result.test_predictions = learned->predict(variant, data.test_inputs);
  if (split.validation.empty() && needs_error(settings, job)) {
    result.validation_error = inner_error(data, settings, job, split, stop);
    if (!result.validation_error) {
      return std::nullopt;
    }
  } else {
    TargetPredictor predictor(*learned->model, nn::exact(variant.training.arithmetic));
    result.validation_error = validation_of(data, split).error(predictor, learned->weights.data());
  }
  result.baseline = data.head.task->baseline(data.head, pick(data.labels, split.train));
  result.model.description = learned->description;
  if (keeps_weights(settings, job)) {
    result.model.members.push_back(std::move(learned->weights));
  }
  return result;
}

void write_result(data::Hdf5File& file, const JobResult& result) {
  file.write("/rows", result.rows);
  file.write("/predictions", result.predictions);
  file.write("/test_predictions", result.test_predictions);
  file.write("/baseline", result.baseline);
  if (!result.model.members.empty()) {
    models::write_model_group(file, result.model.description, {result.model.members.front().data()});
  }
  file.write_attribute("/", "validation_error", result.validation_error.value_or(std::nan("")));
  file.write_attribute("/", "best_epoch", result.best_epoch);
}

JobResult read_result(const data::Hdf5File& file) {
  JobResult result;
  result.rows = file.read<std::int64_t>("/rows");
  result.predictions = file.read<double>("/predictions");
  result.test_predictions = file.read<double>("/test_predictions");
  if (const double error = file.number_attribute("/", "validation_error"); !std::isnan(error)) {
    result.validation_error = error;
  }
  result.best_epoch = file.integer_attribute("/", "best_epoch");
  result.baseline = file.read<double>("/baseline");
  return result;
}

}  // namespace epitaxy::transfer
