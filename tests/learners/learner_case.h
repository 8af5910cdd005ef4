#pragma once
/// \file
/// A table that every learner can learn.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/regression_metrics.h"
#include "learners/candidate_of.h"
#include "learners/standard_regressor.h"

namespace epitaxy::test {

/// Rows of two numbers in (0, 1), a count, and three columns that say nothing: constant, differing in one row, noise.
/// label = 10 step(x0) + 3 x1 + count.
struct LearnerCase {
  explicit LearnerCase(std::size_t count, std::uint64_t seed) {
    RandomStream random(seed, Purpose::synthetic);
    rows = {count, 6, {}};
    for (std::size_t i = 0; i < count; ++i) {
      const double a = random.uniform();
      const double b = random.uniform();
      const auto fragments = static_cast<double>(random.below(3));
      for (const double value : {a, b, fragments, 7.0, i == 3 ? 1.0 : 0.0, random.uniform()}) {
        rows.values.push_back(static_cast<float>(value));
      }
      labels.push_back((a > 0.5 ? 10 : 0) + 3 * b + fragments);
    }
  }

  std::unique_ptr<learners::Regressor> train(
      const learners::Candidate& candidate, std::uint64_t seed = 1,
      const learners::StopQuestion& stop = [] { return false; }) const {
    using enum learners::ColumnKind;
    return learners::train_regressor(candidate, {number, number, count, number, number, number}, rows, labels, seed,
                                     stop);
  }

  double mae(const learners::Regressor& regressor) const {
    return statistics::regression_metrics(labels, regressor.predict(rows)).mae;
  }

  learners::Matrix rows;
  std::vector<double> labels;
};

/// Trains on a table of columns of these kinds.
inline std::unique_ptr<learners::Regressor> train_on(const learners::Matrix& rows, const std::vector<double>& labels,
                                                     const std::vector<learners::ColumnKind>& kinds,
                                                     const learners::Candidate& candidate,
                                                     const std::vector<double>& weights = {}) {
  return learners::train_regressor(
      candidate, kinds, rows, labels, 1, [] { return false; }, {}, weights);
}

/// Settings with which a learner learns a LearnerCase fast; those of a new learner are its defaults.
inline learners::Candidate fast(const learners::Learner& learner) {
  const std::string name = learner.name();
  return candidate_of(learner,
                      name == "random_forest"       ? "{trees: 60, columns: 0.7, least_rows: 1}"
                      : name == "gradient_boosting" ? "{trees: 60, columns: 0.7, least_rows: 1, learning_rate: 0.1}"
                      : name == "kernel_ridge"      ? "{penalty: 0.01}"
                      : name == "network"
                          ? "{widths: [32, 16], training: {epochs: 60, batch: 16, learning_rate: {peak: 0.01}}}"
                          : "{}");
}

}  // namespace epitaxy::test
