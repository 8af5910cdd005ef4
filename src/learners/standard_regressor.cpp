#include "learners/standard_regressor.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "learners/learners.h"
#include "learners/two_part.h"
#include "models/model.h"

namespace epitaxy::learners {

namespace {

/// Rows that have another value in a column than the given row.
std::size_t count_different(const Matrix& rows, std::size_t column, std::size_t row) {
  const float value = rows.row(row)[column];
  std::size_t count = 0;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    count += rows.row(i)[column] != value ? 1 : 0;
  }
  return count;
}

/// If all rows but one have the same value, then one of the first two rows has it.
std::vector<std::int64_t> different_columns(const Matrix& rows) {
  static_assert(kFewestDifferent == 2);
  std::vector<std::int64_t> kept;
  for (std::size_t j = 0; j < rows.columns && rows.rows > kFewestDifferent; ++j) {
    if (count_different(rows, j, 0) >= kFewestDifferent && count_different(rows, j, 1) >= kFewestDifferent) {
      kept.push_back(static_cast<std::int64_t>(j));
    }
  }
  return kept;
}

/// Weights that are 1 on average.
std::vector<double> mean_one(std::span<const double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<double> result;
  for (const double weight : weights) {
    result.push_back(weight * static_cast<double>(weights.size()) / sum);
  }
  return result;
}

models::Standardizer standardizer_of(std::span<const double> labels, const std::vector<double>& weights) {
  if (weights.empty()) {
    return models::Standardizer::fit({labels.begin(), labels.end()});
  }
  const auto count = static_cast<double>(labels.size());
  double mean = 0;
  double square = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    mean += weights[i] * labels[i] / count;
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    square += weights[i] * (labels[i] - mean) * (labels[i] - mean) / count;
  }
  return {mean, square > 0 ? std::sqrt(square) : 1};
}

/// Leaves out columns that say nothing and standardizes labels for the learner inside.
class StandardRegressor final : public Regressor {
 public:
  StandardRegressor(std::string kind, std::size_t columns, std::vector<std::int64_t> kept,
                    models::Standardizer standardizer, std::unique_ptr<Regressor> inner)
      : kind_(std::move(kind)),
        columns_(columns),
        kept_(std::move(kept)),
        standardizer_(standardizer),
        inner_(std::move(inner)) {}

  std::vector<double> predict(const Matrix& rows) const override {
    check(rows.columns == columns_, "rows of other columns than those of the training");
    auto values = inner_->predict(pick_columns(rows, kept_));
    for (double& value : values) {
      value = standardizer_.backward(value);
    }
    return values;
  }

  std::vector<double> spread(const Matrix& rows) const override {
    auto values = inner_->spread(pick_columns(rows, kept_));
    for (double& value : values) {
      value *= standardizer_.scale;
    }
    return values;
  }

  std::vector<double> importances() const override {
    const auto inner = inner_->importances();
    std::vector<double> result(inner.empty() ? 0 : columns_, 0);
    for (std::size_t i = 0; i < inner.size(); ++i) {
      result[static_cast<std::size_t>(kept_[i])] = inner[i];
    }
    return result;
  }

  void write(data::Hdf5File& file, const std::string& group) const override {
    file.write(group + "/columns", kept_);
    file.write_attribute(group, "kind", kind_);
    file.write_attribute(group, "column_count", static_cast<std::int64_t>(columns_));
    file.write_attribute(group, "mean", standardizer_.mean);
    file.write_attribute(group, "scale", standardizer_.scale);
    inner_->write(file, group);
  }

 private:
  std::string kind_;
  std::size_t columns_;
  std::vector<std::int64_t> kept_;
  models::Standardizer standardizer_;
  std::unique_ptr<Regressor> inner_;
};

}  // namespace

std::unique_ptr<Regressor> train_regressor(const Candidate& candidate, const std::vector<ColumnKind>& kinds,
                                           const Matrix& rows, std::span<const double> labels, std::uint64_t seed,
                                           const StopQuestion& stop, const std::vector<bool>& reads,
                                           std::span<const double> weights) {
  return std::move(train_regressors({&candidate, 1}, kinds, rows, labels, seed, stop, reads, weights).front());
}

std::vector<std::unique_ptr<Regressor>> train_regressors(std::span<const Candidate> candidates,
                                                         const std::vector<ColumnKind>& kinds, const Matrix& rows,
                                                         std::span<const double> labels, std::uint64_t seed,
                                                         const StopQuestion& stop, const std::vector<bool>& reads,
                                                         std::span<const double> weights) {
  check(rows.rows == labels.size() && rows.rows > 0, "a label for each row");
  check(weights.empty() || weights.size() == rows.rows, "a weight for each row");
  check(rows.columns == kinds.size() && (reads.empty() || reads.size() == kinds.size()), "a kind for each column");
  std::vector<std::unique_ptr<Regressor>> result(candidates.size());
  const Learner* learner = candidates.front().learner;
  if (learner == nullptr) {
    std::ranges::generate(result, [] { return std::make_unique<ZeroRegressor>(); });
    return result;
  }
  if (candidates.front().two_part && has_two_parts(labels)) {
    return train_two_parts(candidates, kinds, rows, labels, seed, stop, reads, weights);
  }
  auto kept = different_columns(rows);
  if (!reads.empty()) {
    std::erase_if(kept, [&](std::int64_t column) { return !reads[static_cast<std::size_t>(column)]; });
  }
  std::vector<ColumnKind> kept_kinds;
  for (const std::int64_t column : kept) {
    kept_kinds.push_back(kinds[static_cast<std::size_t>(column)]);
  }
  const Matrix picked = pick_columns(rows, kept);
  TrainingTable table{kept_kinds, picked, {}, seed, mean_one(weights)};
  const auto standardizer = standardizer_of(labels, table.weights);
  for (const double label : labels) {
    table.labels.push_back(standardizer.forward(label));
  }
  std::vector<std::any> settings;
  for (const Candidate& candidate : candidates) {
    check(candidate.learner == learner, "candidates that are trained together are of one learner");
    settings.push_back(candidate.settings);
  }
  if (kept.empty()) {
    std::ranges::generate(result, [] { return std::make_unique<ZeroRegressor>(); });
  } else {
    result = learner->train_all(settings, table, stop);
  }
  for (auto& inner : result) {
    if (inner) {
      inner = std::make_unique<StandardRegressor>(kept.empty() ? kNone : learner->name(), rows.columns, kept,
                                                  standardizer, std::move(inner));
    }
  }
  return result;
}

std::unique_ptr<Regressor> read_standard(const data::Hdf5File& file, const std::string& group) {
  const std::string kind = file.text_attribute(group, "kind");
  const Learner* learner = find_learner(kind);
  if (learner == nullptr && kind != kNone) {
    fail_input("{} holds a learner '{}', which this version does not know", file.path().string(), kind);
  }
  auto inner = learner != nullptr ? learner->read(file, group) : std::make_unique<ZeroRegressor>();
  return std::make_unique<StandardRegressor>(
      kind, static_cast<std::size_t>(file.integer_attribute(group, "column_count")),
      file.read<std::int64_t>(group + "/columns"),
      models::Standardizer{file.number_attribute(group, "mean"), file.number_attribute(group, "scale")},
      std::move(inner));
}

}  // namespace epitaxy::learners
