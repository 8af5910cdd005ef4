#include "transfer/difference_job.h"

#include <algorithm>

#include "transfer/design.h"
#include "transfer/learned_way.h"

namespace epitaxy::transfer {

namespace {

/// Appends the jobs of one part: every learner in every way with every seed. Averages have none.
void add_jobs(const DifferenceSettings& settings, const std::vector<std::uint64_t>& seeds, int fold, std::size_t labels,
              const std::string& part, std::vector<DifferenceJob>& jobs) {
  for (std::size_t w = 0; w < settings.ways.size(); ++w) {
    const std::size_t learners = settings.ways[w].learns ? settings.learners.size() : 1;
    for (std::size_t l = 0; l < learners; ++l) {
      if (settings.ways[w].learns && !settings.learners[l].members.empty()) {
        continue;
      }
      for (const std::uint64_t seed : seeds) {
        JobLabel label{fmt::format("{}-{}-seed{}", settings.ways[w].name, part, seed), ""};
        if (settings.ways[w].learns) {
          label = {settings.learners[l].name + "-" + label.name, settings.learners[l].settings};
        }
        jobs.push_back({l, w, fold, labels, seed, std::move(label)});
      }
    }
  }
}

}  // namespace

std::vector<DifferenceJob> list_final_jobs(const DifferenceSettings& settings) {
  std::vector<DifferenceJob> jobs;
  add_jobs(settings, {settings.seeds.front()}, kNoFold, 0, "model", jobs);
  return jobs;
}

std::vector<DifferenceJob> list_jobs(const DifferenceSettings& settings) {
  std::vector<DifferenceJob> jobs;
  const auto add = [&](int fold, std::size_t labels, const std::string& part) {
    add_jobs(settings, settings.seeds, fold, labels, part, jobs);
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

std::vector<DifferenceJob> list_share_jobs(const DifferenceSettings& settings, int folds, std::span<const int> shares) {
  std::vector<DifferenceJob> jobs;
  for (const int share : shares) {
    const std::size_t first = jobs.size();
    for (int fold = 0; fold < folds; ++fold) {
      add_jobs(settings, {settings.seeds.front()}, fold, 0, fmt::format("fold{:02}-share{:02}", fold, share), jobs);
    }
    for (std::size_t j = first; j < jobs.size(); ++j) {
      jobs[j].share = share;
    }
  }
  return jobs;
}

data::TrainHeldOut split_rows(const DifferenceData& data, const DifferenceSettings& settings,
                              const DifferenceJob& job) {
  if (settings.has_test()) {
    return split_by_labels(data, settings, job.labels, job.seed);
  }
  data::TrainHeldOut part = std::move(split_by_folds(data, settings, job.seed)[static_cast<std::size_t>(job.fold)]);
  if (job.share < 100) {
    const data::Split split(settings.split_seed, Purpose::labels, job.seed, static_cast<std::uint64_t>(job.fold));
    const std::size_t count = part.train.size() * static_cast<std::size_t>(job.share) / 100;
    auto some = some_groups(split, data.rows.units(part.train).groups, count);
    std::ranges::transform(some, some.begin(), [&](std::size_t i) { return part.train[i]; });
    part.train = std::move(some);
  }
  return part;
}

std::optional<DifferenceResult> run_job(const DifferenceData& data, const DifferenceSettings& settings,
                                        const DifferenceJob& job, const learners::StopQuestion& stop) {
  const data::TrainHeldOut split = split_rows(data, settings, job);
  const auto learned = learn_way(data, settings, job, split.train, stop);
  if (!learned) {
    return std::nullopt;
  }
  const DifferenceRows& source = settings.has_test() ? data.test : data.rows;
  const Design held_out = make_design(data, settings.ways[job.way], source, split.held_out);
  DifferenceResult result;
  result.rows.assign(split.held_out.begin(), split.held_out.end());
  result.prediction = predict_way(*learned, held_out.rows, held_out.cheap);
  add_intervals(result.prediction, learned->errors, learned->inner_fold, settings.coverage);
  result.inner_errors = learned->errors;
  result.inner_fold.assign(learned->inner_fold.begin(), learned->inner_fold.end());
  result.inner_weights = data.rows.weights_of(inner_rows(data, settings, job, split.train));
  result.candidate = static_cast<std::int64_t>(learned->candidate);
  result.importances = learned->all.regressor->importances();
  return result;
}

}  // namespace epitaxy::transfer
