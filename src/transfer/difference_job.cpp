#include "transfer/difference_job.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/regression_metrics.h"
#include "base/statistics.h"
#include "data/split.h"

namespace epitaxy::transfer {

std::vector<DifferenceJob> list_jobs(const DifferenceSettings& settings) {
  std::vector<DifferenceJob> jobs;
  const auto add = [&](int fold, std::size_t labels, const std::string& part) {
    for (std::size_t w = 0; w < settings.ways.size(); ++w) {
      const std::size_t learners = settings.ways[w].learns ? settings.learners.size() : 1;
      for (std::size_t l = 0; l < learners; ++l) {
        if (settings.ways[w].learns && !settings.learners[l].members.empty()) {
          continue;
        }
        for (const std::uint64_t seed : settings.seeds) {
          JobLabel label{fmt::format("{}-{}-seed{}", settings.ways[w].name, part, seed), ""};
          if (settings.ways[w].learns) {
            label = {settings.learners[l].name + "-" + label.name, settings.learners[l].settings};
          }
          jobs.push_back({l, w, fold, labels, seed, std::move(label)});
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

learners::Matrix design(const Way& way, const learners::Matrix& features, const std::vector<double>& cheap) {
  if (!way.learns) {
    return {features.rows, 0, {}};
  }
  if (!way.reads_cheap) {
    return features;
  }
  const std::size_t columns = cheap.size() / std::max<std::size_t>(1, features.rows);
  learners::Matrix result{features.rows, features.columns + columns, {}};
  result.values.reserve(result.rows * result.columns);
  for (std::size_t i = 0; i < features.rows; ++i) {
    result.values.insert(result.values.end(), features.row(i), features.row(i) + features.columns);
    for (std::size_t c = 0; c < columns; ++c) {
      result.values.push_back(static_cast<float>(cheap[i * columns + c]));
    }
  }
  return result;
}

std::vector<learners::ColumnKind> design_kinds(const Way& way, const std::vector<learners::ColumnKind>& features,
                                               std::size_t cheap) {
  if (!way.learns) {
    return {};
  }
  std::vector<learners::ColumnKind> kinds = features;
  kinds.insert(kinds.end(), way.reads_cheap ? cheap : 0, learners::ColumnKind::cheap);
  return kinds;
}

namespace {

/// The rows of a part.
struct Part {
  learners::Matrix rows;  ///< As the learner reads them.
  std::vector<learners::ColumnKind> kinds;
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
  part.rows = design(way, learners::pick_rows(rows.features, positions), part.cheap);
  part.kinds = design_kinds(way, data.features.kinds(), part.cheap_columns);
  for (const std::size_t i : positions) {
    part.measured.push_back(rows.measured[i]);
  }
  return part;
}

Part pick(const Part& part, const std::vector<std::size_t>& positions) {
  Part result{learners::pick_rows(part.rows, positions), part.kinds, {}, {}, part.cheap_columns};
  for (const std::size_t i : positions) {
    result.measured.push_back(part.measured[i]);
    const auto first = part.cheap.begin() + static_cast<std::ptrdiff_t>(i * part.cheap_columns);
    result.cheap.insert(result.cheap.end(), first, first + static_cast<std::ptrdiff_t>(part.cheap_columns));
  }
  return result;
}

/// Null regressor: stopped.
FittedWay fit(const Way& way, const learners::LearnerSettings& settings, const Part& part, std::uint64_t seed,
              const learners::StopQuestion& stop) {
  FittedWay fitted;
  fitted.baseline = FittedBaseline::fit(way.baseline, part.cheap, part.cheap_columns, part.measured);
  std::vector<double> labels;
  for (std::size_t i = 0; i < part.measured.size(); ++i) {
    labels.push_back(part.measured[i] -
                     fitted.baseline.at({part.cheap.data() + i * part.cheap_columns, part.cheap_columns}));
  }
  fitted.regressor = learners::train_regressor(settings, part.kinds, part.rows, labels, seed, stop);
  return fitted;
}

std::vector<double> predict(const FittedWay& fitted, const learners::Matrix& rows, const std::vector<double>& cheap) {
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
std::optional<LearnedWay> cross_validate(const Way& way, const learners::LearnerSettings& settings, const Part& part,
                                         const std::vector<int>& folds, int count, std::uint64_t seed,
                                         const learners::StopQuestion& stop) {
  LearnedWay learned;
  learned.inner_fold = folds;
  learned.errors.resize(folds.size());
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
      learned.errors[fold.held_out[i]] = values[i] - held_out.measured[i];
    }
  }
  learned.learner = way.learns ? fmt::format("{}: {}", name_of(settings.kind), settings.describe()) : std::string();
  return learned;
}

std::vector<learners::LearnerSettings> candidates_of(const DifferenceSettings& settings, const DifferenceJob& job) {
  return settings.ways[job.way].learns ? settings.learners[job.learner].candidates
                                       : std::vector<learners::LearnerSettings>(1);
}

/// The means of learned ways with the same baseline and folds.
LearnedWay average(const std::vector<LearnedWay>& members) {
  const auto combine = [&](auto fitted_of) {
    std::vector<std::shared_ptr<const learners::Regressor>> regressors;
    for (const LearnedWay& member : members) {
      regressors.push_back(fitted_of(member).regressor);
    }
    return FittedWay{fitted_of(members.front()).baseline, learners::average_regressors(std::move(regressors))};
  };
  LearnedWay result;
  result.all = combine([](const LearnedWay& member) -> const FittedWay& { return member.all; });
  for (std::size_t k = 0; k < members.front().inner.size(); ++k) {
    result.inner.push_back(combine([k](const LearnedWay& member) -> const FittedWay& { return member.inner[k]; }));
  }
  result.inner_fold = members.front().inner_fold;
  result.errors.assign(result.inner_fold.size(), 0);
  for (const LearnedWay& member : members) {
    for (std::size_t i = 0; i < result.errors.size(); ++i) {
      result.errors[i] += member.errors[i] / static_cast<double>(members.size());
    }
    result.learner += (result.learner.empty() ? "average of " : " and ") + member.learner;
  }
  return result;
}

std::vector<double> absolute(std::vector<double> values) {
  std::ranges::transform(values, values.begin(), [](double value) { return std::abs(value); });
  return values;
}

/// The intervals of rows from the inner folds' models and errors.
void add_intervals(WayPrediction& prediction, const std::vector<double>& errors, const std::vector<int>& folds,
                   double coverage) {
  const auto residuals = absolute(errors);
  const std::size_t rows = prediction.value.size();
  std::vector<double> values(rows == 0 ? 0 : prediction.inner.size() / rows);
  prediction.low.clear();
  prediction.high.clear();
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      values[k] = prediction.inner[k * rows + i];
    }
    const statistics::Interval interval = statistics::cv_plus_interval(residuals, folds, values, coverage);
    prediction.low.push_back(interval.low);
    prediction.high.push_back(interval.high);
  }
}

}  // namespace

double LearnedWay::inner_mae() const { return statistics::spread(absolute(errors)).mean; }

double inner_mae(const DifferenceResult& result) { return statistics::spread(absolute(result.inner_errors)).mean; }

std::optional<LearnedWay> learn_way(const DifferenceData& data, const DifferenceSettings& settings,
                                    const DifferenceJob& job, const std::vector<std::size_t>& train,
                                    const learners::StopQuestion& stop) {
  const Way& way = settings.ways[job.way];
  if (way.learns && !settings.learners[job.learner].members.empty()) {
    std::vector<LearnedWay> members;
    for (const std::size_t member : settings.learners[job.learner].members) {
      DifferenceJob of_member = job;
      of_member.learner = member;
      auto learned = learn_way(data, settings, of_member, train, stop);
      if (!learned) {
        return std::nullopt;
      }
      members.push_back(std::move(*learned));
    }
    return average(members);
  }
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
    if (!best || learned->inner_mae() < best->inner_mae()) {
      best = std::move(learned);
    }
  }
  best->all = fit(way, candidates[best->candidate], part, seed, stop);
  return best->all.regressor ? std::move(best) : std::nullopt;
}

WayPrediction predict_way(const LearnedWay& learned, const learners::Matrix& rows, const std::vector<double>& cheap,
                          double coverage) {
  WayPrediction result;
  result.value = predict(learned.all, rows, cheap);
  result.deviation = learned.all.regressor->spread(rows);
  for (const FittedWay& fitted : learned.inner) {
    const auto values = predict(fitted, rows, cheap);
    result.inner.insert(result.inner.end(), values.begin(), values.end());
  }
  add_intervals(result, learned.errors, learned.inner_fold, coverage);
  return result;
}

DifferenceResult average(const std::vector<const DifferenceResult*>& members, double coverage) {
  const auto mean = [&](auto of) {
    std::vector<double> sum(of(*members.front()).size(), 0);
    for (const DifferenceResult* member : members) {
      const std::vector<double>& values = of(*member);
      check(values.size() == sum.size() && member->rows == members.front()->rows,
            "members of an average on other rows");
      for (std::size_t i = 0; i < sum.size(); ++i) {
        sum[i] += values[i] / static_cast<double>(members.size());
      }
    }
    return sum;
  };
  DifferenceResult result;
  result.rows = members.front()->rows;
  result.inner_fold = members.front()->inner_fold;
  result.inner_errors = mean([](const DifferenceResult& r) -> const auto& { return r.inner_errors; });
  result.prediction.value = mean([](const DifferenceResult& r) -> const auto& { return r.prediction.value; });
  result.prediction.inner = mean([](const DifferenceResult& r) -> const auto& { return r.prediction.inner; });
  add_intervals(result.prediction, result.inner_errors, {result.inner_fold.begin(), result.inner_fold.end()}, coverage);
  return result;
}

void add_averages(const DifferenceSettings& settings, std::vector<DifferenceJob>& jobs,
                  std::vector<DifferenceResult>& results) {
  const std::size_t count = jobs.size();
  for (std::size_t l = 0; l < settings.learners.size(); ++l) {
    const auto& members = settings.learners[l].members;
    for (std::size_t j = 0; j < count && !members.empty(); ++j) {
      if (!settings.ways[jobs[j].way].learns || jobs[j].learner != members.front()) {
        continue;
      }
      DifferenceJob job = jobs[j];
      std::vector<const DifferenceResult*> found;
      for (const std::size_t member : members) {
        for (std::size_t other = 0; other < count; ++other) {
          const DifferenceJob& o = jobs[other];
          if (settings.ways[o.way].learns && o.learner == member && o.way == job.way && o.fold == job.fold &&
              o.labels == job.labels && o.seed == job.seed) {
            found.push_back(&results[other]);
          }
        }
      }
      job.learner = l;
      DifferenceResult result = average(found, settings.coverage);
      jobs.push_back(job);
      results.push_back(std::move(result));
    }
  }
}

std::optional<DifferenceResult> run_job(const DifferenceData& data, const DifferenceSettings& settings,
                                        const DifferenceJob& job, const learners::StopQuestion& stop) {
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
  result.inner_errors = learned->errors;
  result.inner_fold.assign(learned->inner_fold.begin(), learned->inner_fold.end());
  result.candidate = static_cast<std::int64_t>(learned->candidate);
  result.importances = learned->all.regressor->importances();
  return result;
}

}  // namespace epitaxy::transfer
