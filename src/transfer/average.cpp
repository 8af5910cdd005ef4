#include "transfer/average.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace epitaxy::transfer {

std::vector<double> weighted_sum(std::span<const std::vector<double>* const> members, std::span<const double> weights) {
  std::vector<double> sum(members.front()->size(), 0);
  for (std::size_t m = 0; m < members.size(); ++m) {
    check(members[m]->size() == sum.size(), "members of an average on other rows");
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += weights[m] * (*members[m])[i];
    }
  }
  return sum;
}

namespace {

/// `of` each member.
template <typename Member, typename Of>
std::vector<double> sum_of(std::span<const Member* const> members, std::span<const double> weights, Of of) {
  std::vector<const std::vector<double>*> values;
  for (const Member* member : members) {
    values.push_back(&of(*member));
  }
  return weighted_sum(values, weights);
}

/// Of the members around their mean.
std::vector<double> deviation_of(std::span<const WayPrediction* const> members, std::span<const double> weights,
                                 const std::vector<double>& mean) {
  std::vector<double> result(mean.size(), 0);
  for (std::size_t m = 0; m < members.size(); ++m) {
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const double difference = members[m]->value[i] - mean[i];
      result[i] += weights[m] * difference * difference;
    }
  }
  std::ranges::transform(result, result.begin(), [](double square) { return std::sqrt(square); });
  return result;
}

WayPrediction combine(std::span<const WayPrediction* const> members, std::span<const double> weights) {
  if (members.size() == 1) {
    return *members.front();
  }
  WayPrediction result;
  result.value = sum_of(
      members, weights, [](const WayPrediction& p) -> const auto& { return p.value; });
  result.inner = sum_of(
      members, weights, [](const WayPrediction& p) -> const auto& { return p.inner; });
  result.deviation = deviation_of(members, weights, result.value);
  return result;
}

}  // namespace

WayPrediction combine(std::span<const WayPrediction> members, std::span<const double> weights) {
  std::vector<const WayPrediction*> pointers;
  for (const WayPrediction& member : members) {
    pointers.push_back(&member);
  }
  return combine(std::span<const WayPrediction* const>(pointers), weights);
}

DifferenceResult combine(const std::vector<const DifferenceResult*>& members, std::span<const double> weights,
                         double coverage) {
  std::vector<const WayPrediction*> predictions;
  for (const DifferenceResult* member : members) {
    check(member->rows == members.front()->rows, "members of an average on other rows");
    predictions.push_back(&member->prediction);
  }
  DifferenceResult result;
  result.rows = members.front()->rows;
  result.inner_fold = members.front()->inner_fold;
  result.inner_errors = sum_of(
      std::span<const DifferenceResult* const>(members), weights,
      [](const DifferenceResult& r) -> const auto& { return r.inner_errors; });
  result.prediction = combine(std::span<const WayPrediction* const>(predictions), weights);
  std::vector<const std::vector<double>*> errors;
  for (const DifferenceResult* member : members) {
    errors.push_back(&member->inner_errors);
  }
  const std::vector<int> folds(result.inner_fold.begin(), result.inner_fold.end());
  const auto spreads = member_spreads(errors, weights);
  if (const auto scale = choose_scale(result.inner_errors, spreads, folds, coverage)) {
    add_intervals(result.prediction, result.inner_errors, folds, coverage, *scale, spreads);
  } else {
    add_intervals(result.prediction, result.inner_errors, folds, coverage);
  }
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
      const std::vector<double> weights(found.size(), 1.0 / static_cast<double>(found.size()));
      DifferenceResult result = combine(found, weights, settings.coverage);
      jobs.push_back(job);
      results.push_back(std::move(result));
    }
  }
}

}  // namespace epitaxy::transfer
