#include "epitaxy/transfer/difference_job.h"

#include <algorithm>
#include <cmath>

#include "epitaxy/base/error.h"
#include "epitaxy/base/file.h"
#include "epitaxy/base/log.h"
#include "epitaxy/data/hdf5.h"
#include "epitaxy/data/split.h"
#include "epitaxy/train/metrics.h"
#include "epitaxy/transfer/statistics.h"

namespace epitaxy::transfer {

std::vector<DifferenceJob> list_jobs(const DifferenceSettings& settings) {
  std::vector<DifferenceJob> jobs;
  const auto add = [&](int fold, std::size_t labels, const std::string& part) {
    for (std::size_t w = 0; w < settings.ways.size(); ++w) {
      const std::size_t learners = settings.ways[w].learns ? settings.learners.size() : 1;
      for (std::size_t l = 0; l < learners; ++l) {
        for (const std::uint64_t seed : settings.seeds) {
          const std::string learner = settings.ways[w].learns ? settings.learners[l].name + "-" : "";
          jobs.push_back(
              {l, w, fold, labels, seed, fmt::format("{}{}-{}-seed{}", learner, settings.ways[w].name, part, seed)});
        }
      }
    }
  };
  if (!settings.has_test()) {
    for (int fold = 0; fold < settings.folds; ++fold) {
      add(fold, 0, fmt::format("fold{:02}", fold));
    }
  } else if (settings.labels.empty()) {
    add(0, 0, "all");
  } else {
    for (auto labels = settings.labels.rbegin(); labels != settings.labels.rend(); ++labels) {
      add(0, *labels, fmt::format("labels{}", *labels));
    }
  }
  return jobs;
}

DifferenceSplit split_rows(const DifferenceData& data, const DifferenceSettings& settings, const DifferenceJob& job) {
  return settings.has_test() ? split_by_labels(data, settings, job.labels, job.seed)
                             : split_by_fold(data, settings, job.fold, job.seed);
}

Matrix design(const Way& way, const Matrix& features, const std::vector<double>& cheap) {
  if (!way.learns) {
    return {features.rows, 0, {}};
  }
  if (!way.reads_cheap) {
    return features;
  }
  const std::size_t columns = cheap.size() / std::max<std::size_t>(1, features.rows);
  Matrix result{features.rows, features.columns + columns, {}};
  result.values.reserve(result.rows * result.columns);
  for (std::size_t i = 0; i < features.rows; ++i) {
    result.values.insert(result.values.end(), features.row(i), features.row(i) + features.columns);
    for (std::size_t c = 0; c < columns; ++c) {
      result.values.push_back(static_cast<float>(cheap[i * columns + c]));
    }
  }
  return result;
}

std::vector<ColumnKind> design_kinds(const Way& way, const std::vector<ColumnKind>& features, std::size_t cheap) {
  if (!way.learns) {
    return {};
  }
  std::vector<ColumnKind> kinds = features;
  kinds.insert(kinds.end(), way.reads_cheap ? cheap : 0, ColumnKind::cheap);
  return kinds;
}

namespace {

/// The rows of a part.
struct Part {
  Matrix rows;  ///< As the learner reads them.
  std::vector<ColumnKind> kinds;
  std::vector<double> measured;
  std::vector<double> cheap;  ///< [rows, cheap columns]
  std::size_t cheap_columns = 0;
};

std::vector<double> cheap_of(const DifferenceRows& rows, const std::vector<std::size_t>& positions) {
  std::vector<double> result;
  for (const std::size_t i : positions) {
    const auto values = rows.cheap_of(i);
    result.insert(result.end(), values.begin(), values.end());
  }
  return result;
}

Part make_part(const DifferenceData& data, const Way& way, const DifferenceRows& rows,
               const std::vector<std::size_t>& positions) {
  Part part;
  part.cheap = cheap_of(rows, positions);
  part.cheap_columns = data.cheap.size();
  part.rows = design(way, pick_rows(rows.features, positions), part.cheap);
  part.kinds = design_kinds(way, data.features.kinds(), part.cheap_columns);
  for (const std::size_t i : positions) {
    part.measured.push_back(rows.measured[i]);
  }
  return part;
}

Part pick(const Part& part, const std::vector<std::size_t>& positions) {
  Part result{pick_rows(part.rows, positions), part.kinds, {}, {}, part.cheap_columns};
  for (const std::size_t i : positions) {
    result.measured.push_back(part.measured[i]);
    const auto first = part.cheap.begin() + static_cast<std::ptrdiff_t>(i * part.cheap_columns);
    result.cheap.insert(result.cheap.end(), first, first + static_cast<std::ptrdiff_t>(part.cheap_columns));
  }
  return result;
}

/// Null regressor: stopped.
FittedWay fit(const Way& way, const LearnerSettings& settings, const Part& part, std::uint64_t seed,
              const StopQuestion& stop) {
  FittedWay fitted;
  fitted.baseline = FittedBaseline::fit(way.baseline, part.cheap, part.cheap_columns, part.measured);
  std::vector<double> labels;
  for (std::size_t i = 0; i < part.measured.size(); ++i) {
    labels.push_back(part.measured[i] -
                     fitted.baseline.at({part.cheap.data() + i * part.cheap_columns, part.cheap_columns}));
  }
  fitted.regressor = train_regressor(settings, part.kinds, part.rows, labels, seed, stop);
  return fitted;
}

std::vector<double> predict(const FittedWay& fitted, const Matrix& rows, const std::vector<double>& cheap) {
  auto values = fitted.regressor->predict(rows);
  const std::size_t columns = fitted.baseline.slopes.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] += fitted.baseline.at({cheap.data() + i * columns, columns});
  }
  return values;
}

/// The positions in an inner fold and outside of it.
struct InnerFold {
  std::vector<std::size_t> train;
  std::vector<std::size_t> held_out;
};

std::vector<InnerFold> inner_folds(const std::vector<int>& folds, int count) {
  std::vector<InnerFold> result(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < folds.size(); ++i) {
    for (int k = 0; k < count; ++k) {
      (folds[i] == k ? result[static_cast<std::size_t>(k)].held_out : result[static_cast<std::size_t>(k)].train)
          .push_back(i);
    }
  }
  return result;
}

/// One candidate in the inner cross-validation. Nothing when stopped.
std::optional<LearnedWay> cross_validate(const Way& way, const LearnerSettings& settings, const Part& part,
                                         const std::vector<int>& folds, int count, std::uint64_t seed,
                                         const StopQuestion& stop) {
  LearnedWay learned;
  learned.inner_fold = folds;
  learned.residuals.resize(folds.size());
  for (const InnerFold& fold : inner_folds(folds, count)) {
    if (stop()) {
      return std::nullopt;
    }
    learned.inner.push_back(fit(way, settings, pick(part, fold.train), seed, stop));
    if (!learned.inner.back().regressor) {
      return std::nullopt;
    }
    const Part held_out = pick(part, fold.held_out);
    const auto values = predict(learned.inner.back(), held_out.rows, held_out.cheap);
    for (std::size_t i = 0; i < values.size(); ++i) {
      learned.residuals[fold.held_out[i]] = std::abs(values[i] - held_out.measured[i]);
    }
  }
  learned.inner_mae = train::spread(learned.residuals).mean;
  return learned;
}

std::vector<LearnerSettings> candidates_of(const DifferenceSettings& settings, const DifferenceJob& job) {
  return settings.ways[job.way].learns ? settings.learners[job.learner].candidates : std::vector<LearnerSettings>(1);
}

}  // namespace

std::optional<LearnedWay> learn_way(const DifferenceData& data, const DifferenceSettings& settings,
                                    const DifferenceJob& job, const std::vector<std::size_t>& train,
                                    const StopQuestion& stop) {
  const Way& way = settings.ways[job.way];
  const Part part = make_part(data, way, data.rows, train);
  std::vector<std::string> groups;
  for (const std::size_t row : train) {
    groups.push_back(data.rows.group(row));
  }
  // The same inner folds for every way and learner.
  const std::uint64_t seed = settings.split_seed + 104729 * (job.seed + 1) + static_cast<std::uint64_t>(job.fold + 1);
  const auto folds = data::group_folds(groups, settings.inner_folds, seed);
  const auto candidates = candidates_of(settings, job);
  std::optional<LearnedWay> best;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    auto learned = cross_validate(way, candidates[c], part, folds, settings.inner_folds, seed, stop);
    if (!learned) {
      return std::nullopt;
    }
    learned->candidate = c;
    if (!best || learned->inner_mae < best->inner_mae) {
      best = std::move(learned);
    }
  }
  best->all = fit(way, candidates[best->candidate], part, seed, stop);
  return best->all.regressor ? std::move(best) : std::nullopt;
}

WayPrediction predict_way(const LearnedWay& learned, const Matrix& rows, const std::vector<double>& cheap,
                          double coverage) {
  WayPrediction result;
  result.value = predict(learned.all, rows, cheap);
  result.deviation = learned.all.regressor->spread(rows);
  std::vector<std::vector<double>> inner;
  for (const FittedWay& fitted : learned.inner) {
    inner.push_back(predict(fitted, rows, cheap));
  }
  std::vector<double> values(inner.size());
  for (std::size_t i = 0; i < rows.rows; ++i) {
    std::ranges::transform(inner, values.begin(), [&](const auto& of_fold) { return of_fold[i]; });
    const Interval interval = cv_plus_interval(learned.residuals, learned.inner_fold, values, coverage);
    result.low.push_back(interval.low);
    result.high.push_back(interval.high);
  }
  return result;
}

std::optional<DifferenceResult> run_job(const DifferenceData& data, const DifferenceSettings& settings,
                                        const DifferenceJob& job, const StopQuestion& stop) {
  const DifferenceSplit split = split_rows(data, settings, job);
  const auto learned = learn_way(data, settings, job, split.train, stop);
  if (!learned) {
    return std::nullopt;
  }
  const DifferenceRows& source = settings.has_test() ? data.test : data.rows;
  const Part held_out = make_part(data, settings.ways[job.way], source, split.held_out);
  DifferenceResult result;
  result.rows.assign(split.held_out.begin(), split.held_out.end());
  result.prediction = predict_way(*learned, held_out.rows, held_out.cheap, settings.coverage);
  result.inner_mae = learned->inner_mae;
  result.candidate = static_cast<std::int64_t>(learned->candidate);
  result.train_rows = static_cast<std::int64_t>(split.train.size());
  result.importances = learned->all.regressor->importances();
  return result;
}

void write_job(const std::filesystem::path& path, const DifferenceResult& result, const std::string& signature) {
  file::write_atomically(path, [&](const std::filesystem::path& temporary) {
    data::Hdf5File out(temporary, data::Hdf5File::Mode::create);
    out.write("/rows", result.rows);
    out.write("/prediction", result.prediction.value);
    out.write("/deviation", result.prediction.deviation);
    out.write("/low", result.prediction.low);
    out.write("/high", result.prediction.high);
    out.write("/importances", result.importances);
    out.write_attribute("/", "format", std::string("epitaxy job"));
    out.write_attribute("/", "inner_mae", result.inner_mae);
    out.write_attribute("/", "candidate", result.candidate);
    out.write_attribute("/", "train_rows", result.train_rows);
    out.write_attribute("/", "signature", signature);
    out.close();
  });
}

std::optional<DifferenceResult> read_difference_job(const std::filesystem::path& path, const std::string& signature) {
  if (!std::filesystem::exists(path)) {
    return std::nullopt;
  }
  try {
    const data::Hdf5File in(path, data::Hdf5File::Mode::read);
    if (in.text_attribute("/", "signature") != signature) {
      return std::nullopt;
    }
    DifferenceResult result;
    result.rows = in.read<std::int64_t>("/rows");
    result.prediction = {in.read<double>("/prediction"), in.read<double>("/deviation"), in.read<double>("/low"),
                         in.read<double>("/high")};
    result.importances = in.read<double>("/importances");
    result.inner_mae = in.number_attribute("/", "inner_mae");
    result.candidate = in.integer_attribute("/", "candidate");
    result.train_rows = in.integer_attribute("/", "train_rows");
    return result;
  } catch (const InputError& error) {
    log::warning("{}; the job is done again", error.what());
    return std::nullopt;
  }
}

}  // namespace epitaxy::transfer
