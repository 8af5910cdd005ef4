#include "epitaxy/transfer/job.h"

#include <algorithm>
#include <cmath>

#include "epitaxy/base/error.h"
#include "epitaxy/base/file.h"
#include "epitaxy/base/log.h"
#include "epitaxy/data/hdf5.h"
#include "epitaxy/data/split.h"
#include "epitaxy/train/metrics.h"
#include "epitaxy/train/trainer.h"
#include "epitaxy/train/training_data.h"

namespace epitaxy::transfer {

namespace {

/// Rows with a label, as positions in the data set.
std::vector<std::size_t> labelled_rows(const data::Target& target) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < target.values.size(); ++i) {
    if (!std::isnan(target.values[i])) {
      rows.push_back(i);
    }
  }
  return rows;
}

std::vector<double> values_of(const data::Target& target, const std::vector<std::size_t>& rows) {
  std::vector<double> values;
  for (const std::size_t row : rows) {
    values.push_back(target.values[row]);
  }
  return values;
}

}  // namespace

TransferData load_transfer_data(const FinetuneSettings& settings) {
  TransferData data;
  data.pretrained = models::read_model(settings.pretrained);
  if (data.pretrained.members.size() != 1) {
    fail_input("{} is an ensemble of {} models: transfer starts from one", settings.pretrained,
               data.pretrained.members.size());
  }
  data.index = data::read_index(settings.file);
  const data::Target& target = data.index.target(settings.target);
  data.target = target.name;
  data.unit = target.unit;
  data.test_index = data.index;
  std::vector<std::string> groups;
  for (const std::size_t row : labelled_rows(target)) {
    const std::string& group = data.index.groups[row];
    if (data::group_position(settings.split_seed, group) < settings.test_fraction) {
      data.test_rows.push_back(row);
    } else {
      data.rows.push_back(row);
      groups.push_back(group);
    }
  }
  data.labels = values_of(target, data.rows);
  // Another seed than that of the test split, so that the two are independent.
  data.fold = data::group_folds(groups, settings.folds, settings.split_seed + 7919);
  if (!settings.test_file.empty()) {
    data.test_index = data::read_index(settings.test_file);
    data.test_rows = labelled_rows(data.test_index.target(target.name));
  }
  data.test_labels = values_of(data.test_index.target(target.name), data.test_rows);
  data.features = train::load_features(data.index, data.rows, data.pretrained.description);
  data.test_features = train::load_features(data.test_index, data.test_rows, data.pretrained.description);
  return data;
}

std::vector<Job> list_jobs(const FinetuneSettings& settings) {
  std::vector<Job> jobs;
  for (std::size_t v = 0; v < settings.variants.size(); ++v) {
    const Variant& variant = settings.variants[v];
    for (int fold = 0; fold < settings.folds; ++fold) {
      for (const std::uint64_t seed : settings.seeds) {
        jobs.push_back({v, fold, seed, fmt::format("{}-fold{:02}-seed{}", variant.name, fold, seed)});
        if (!variant.trains) {
          break;
        }
      }
    }
  }
  return jobs;
}

namespace {

/// Positions of the rows that a job learns from, validates on, and predicts.
struct JobSplit {
  std::vector<std::size_t> train;
  std::vector<std::size_t> validation;
  std::vector<std::size_t> held_out;
};

JobSplit split_rows(const TransferData& data, const FinetuneSettings& settings, int fold) {
  JobSplit split;
  const std::uint64_t seed = settings.split_seed + 104729 + static_cast<std::uint64_t>(fold);
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    if (data.fold[i] == fold) {
      split.held_out.push_back(i);
    } else if (data::group_position(seed, data.index.groups[data.rows[i]]) < settings.validation_fraction) {
      split.validation.push_back(i);
    } else {
      split.train.push_back(i);
    }
  }
  return split;
}

std::vector<double> pick(const std::vector<double>& values, const std::vector<std::size_t>& positions) {
  std::vector<double> result;
  for (const std::size_t position : positions) {
    result.push_back(values[position]);
  }
  return result;
}

/// Rows with standardized targets.
train::Rows make_rows(const TransferData& data, const std::vector<std::size_t>& positions,
                      const models::Standardizer& standardizer) {
  train::Rows rows{positions.size(), data.feature_count(), 1, {}, {}};
  for (const std::size_t position : positions) {
    const auto first = data.features.begin() + static_cast<std::ptrdiff_t>(position * data.feature_count());
    rows.features.insert(rows.features.end(), first, first + static_cast<std::ptrdiff_t>(data.feature_count()));
    rows.targets.push_back(static_cast<float>(standardizer.forward(data.labels[position])));
  }
  return rows;
}

/// Predictions in physical units.
std::vector<double> predict(train::Predictor& predictor, const models::Standardizer& standardizer, const float* weights,
                            const std::vector<float>& features, std::size_t count) {
  std::vector<float> standardized(count);
  predictor.predict(weights, features.data(), count, standardized.data());
  std::vector<double> result;
  for (const float value : standardized) {
    result.push_back(standardizer.backward(value));
  }
  return result;
}

}  // namespace

std::optional<JobResult> run_job(const TransferData& data, const FinetuneSettings& settings, const Job& job,
                                 const std::function<bool()>& stop) {
  const Variant& variant = settings.variants[job.variant];
  const JobSplit split = split_rows(data, settings, job.fold);
  const auto train_labels = pick(data.labels, split.train);
  const auto description =
      describe_start(data.pretrained.description, variant, settings.head, data.target, data.unit, train_labels,
                     train::count_seen(make_rows(data, split.train, {}), data.pretrained.description));
  const auto model = models::make_model(description);
  const models::Standardizer& standardizer = description.heads.front().standardizer;
  const std::uint64_t seed = job.seed * 100003 + static_cast<std::uint64_t>(job.fold);
  linalg::Buffer<float> weights = starting_weights(*model, data.pretrained, variant, settings.head, seed);

  JobResult result;
  const train::Rows validation = make_rows(data, split.validation, standardizer);
  const auto validation_labels = pick(data.labels, split.validation);
  if (variant.trains) {
    train::TrainingSettings training = variant.training;
    training.seed = seed;
    train::Predictor predictor(*model, training.arithmetic);
    train::Trainer trainer(parallel::Communicator::self(), *model, training,
                           {make_rows(data, split.train, standardizer)}, split.train.size(),
                           rate_multipliers(model->layout(), variant));
    trainer.set_weights(weights.data());
    train::TrainingHooks hooks;
    hooks.stop_requested = stop;
    const auto keep = [&](const float* now) { std::copy_n(now, weights.size(), weights.data()); };
    hooks.validate = [&](const float* now) {
      if (validation.count == 0) {
        keep(now);
        return 0.0;
      }
      if (!variant.keep_best) {
        keep(now);
      }
      const auto predicted = predict(predictor, standardizer, now, validation.features, validation.count);
      return train::regression_metrics(validation_labels, predicted).mae;
    };
    hooks.improved = [&](const float* now) { keep(now); };
    if (trainer.run(hooks) == train::Outcome::stopped) {
      return std::nullopt;
    }
    result.best_epoch = trainer.state().best_epoch;
  }
  train::Predictor predictor(*model, nn::exact(variant.training.arithmetic));
  const train::Rows held_out = make_rows(data, split.held_out, standardizer);
  result.rows.assign(split.held_out.begin(), split.held_out.end());
  result.predictions = predict(predictor, standardizer, weights.data(), held_out.features, held_out.count);
  result.test_predictions = predict(predictor, standardizer, weights.data(), data.test_features, data.test_rows.size());
  result.validation_mae = train::regression_metrics(validation_labels, predict(predictor, standardizer, weights.data(),
                                                                               validation.features, validation.count))
                              .mae;
  for (const double label : train_labels) {
    result.baseline += label / static_cast<double>(train_labels.size());
  }
  result.model.description = description;
  result.model.members.push_back(std::move(weights));
  return result;
}

void write_job(const std::filesystem::path& path, const JobResult& result, const std::string& signature) {
  file::write_atomically(path, [&](const std::filesystem::path& temporary) {
    data::Hdf5File out(temporary, data::Hdf5File::Mode::create);
    out.write("/rows", result.rows);
    out.write("/predictions", result.predictions);
    out.write("/test_predictions", result.test_predictions);
    models::write_model_group(out, result.model.description, {result.model.members.front().data()});
    out.write_attribute("/", "format", std::string("epitaxy job"));
    out.write_attribute("/", "validation_mae", result.validation_mae);
    out.write_attribute("/", "best_epoch", result.best_epoch);
    out.write_attribute("/", "baseline", result.baseline);
    out.write_attribute("/", "signature", signature);
    out.close();
  });
}

std::optional<JobResult> read_job(const std::filesystem::path& path, const std::string& signature, bool with_model) {
  if (!std::filesystem::exists(path)) {
    return std::nullopt;
  }
  try {
    const data::Hdf5File in(path, data::Hdf5File::Mode::read);
    if (in.text_attribute("/", "signature") != signature) {
      return std::nullopt;
    }
    JobResult result;
    result.rows = in.read<std::int64_t>("/rows");
    result.predictions = in.read<double>("/predictions");
    result.test_predictions = in.read<double>("/test_predictions");
    result.validation_mae = in.number_attribute("/", "validation_mae");
    result.best_epoch = in.integer_attribute("/", "best_epoch");
    result.baseline = in.number_attribute("/", "baseline");
    if (with_model) {
      result.model = models::read_model_group(in);
    }
    return result;
  } catch (const InputError& error) {
    log::warning("{}; the job is done again", error.what());
    return std::nullopt;
  }
}

}  // namespace epitaxy::transfer
