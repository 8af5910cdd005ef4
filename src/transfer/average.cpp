#include "transfer/average.h"

#include "base/error.h"
#include "learners/average.h"

namespace epitaxy::transfer {

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

}  // namespace epitaxy::transfer
