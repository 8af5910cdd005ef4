#include "transfer/greedy.h"

#include <cmath>
#include <map>
#include <tuple>

#include "base/error.h"
#include "transfer/average.h"

namespace epitaxy::transfer {

namespace {

/// Of the mean of what was added up so far and one more; `rows` say how much each counts.
double loss_with(const std::vector<double>& sum, const std::vector<double>& more, const std::vector<double>& rows,
                 double count, Loss loss) {
  double total = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const double error = sum[i] + more[i];
    total += (rows.empty() ? 1 : rows[i]) * (loss == Loss::absolute ? std::abs(error) : error * error);
  }
  return total / ((loss == Loss::absolute ? count : count * count) * static_cast<double>(sum.size()));
}

/// Members without weight have no part in the spread either, as they are not in the model.
DifferenceResult combine_used(const std::vector<const DifferenceResult*>& members, const std::vector<double>& weights,
                              double coverage) {
  std::vector<const DifferenceResult*> used;
  std::vector<double> their_weights;
  for (std::size_t m = 0; m < members.size(); ++m) {
    if (weights[m] > 0) {
      used.push_back(members[m]);
      their_weights.push_back(weights[m]);
    }
  }
  return combine(used, their_weights, coverage);
}

}  // namespace

std::vector<double> greedy_weights(std::span<const std::vector<double>* const> errors, Loss loss,
                                   const std::vector<double>& rows, int steps) {
  check(!errors.empty() && !errors.front()->empty(), "errors to choose by");
  std::vector<double> sum(errors.front()->size(), 0);
  std::vector<int> taken(errors.size(), 0);
  std::vector<int> best_taken;
  double best = 0;
  for (int step = 1; step <= steps; ++step) {
    std::size_t chosen = 0;
    double lowest = 0;
    for (std::size_t m = 0; m < errors.size(); ++m) {
      const double mean = loss_with(sum, *errors[m], rows, step, loss);
      if (m == 0 || mean < lowest) {
        lowest = mean;
        chosen = m;
      }
    }
    ++taken[chosen];
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += (*errors[chosen])[i];
    }
    if (step == 1 || lowest < best) {
      best = lowest;
      best_taken = taken;
    }
  }
  double total = 0;
  for (const int count : best_taken) {
    total += count;
  }
  std::vector<double> weights;
  for (const int count : best_taken) {
    weights.push_back(count / total);
  }
  return weights;
}

std::vector<std::vector<double>> add_ensembles(DifferenceSettings& settings, std::vector<DifferenceJob>& jobs,
                                               std::vector<DifferenceResult>& results) {
  std::map<std::tuple<int, std::size_t, std::uint64_t>, std::vector<std::size_t>> parts;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    parts[{jobs[j].fold, jobs[j].labels, jobs[j].seed}].push_back(j);
  }
  settings.learners.push_back({kEnsemble, {}});
  settings.ways.push_back({kEnsemble, Baseline::none, true, false});
  std::vector<std::vector<double>> all_weights;
  for (const auto& [part, members] : parts) {
    std::vector<const std::vector<double>*> errors;
    std::vector<const DifferenceResult*> found;
    for (const std::size_t j : members) {
      errors.push_back(&results[j].inner_errors);
      found.push_back(&results[j]);
    }
    all_weights.push_back(greedy_weights(errors, settings.loss(), found.front()->inner_weights));
    DifferenceResult result = combine_used(found, all_weights.back(), settings.coverage);
    DifferenceJob job = jobs[members.front()];
    job.learner = settings.learners.size() - 1;
    job.way = settings.ways.size() - 1;
    jobs.push_back(std::move(job));
    results.push_back(std::move(result));
  }
  return all_weights;
}

}  // namespace epitaxy::transfer
