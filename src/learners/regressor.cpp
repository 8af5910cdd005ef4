#include "learners/regressor.h"

#include <cmath>

#include "base/error.h"
#include "learners/regressors.h"

namespace epitaxy::learners {

Matrix pick_rows(const Matrix& matrix, std::span<const std::size_t> rows) {
  Matrix result{rows.size(), matrix.columns, {}};
  result.values.reserve(rows.size() * matrix.columns);
  for (const std::size_t row : rows) {
    result.values.insert(result.values.end(), matrix.row(row), matrix.row(row) + matrix.columns);
  }
  return result;
}

std::string LearnerSettings::describe() const {
  switch (kind) {
    case LearnerKind::random_forest:
      return fmt::format("{} trees, columns {}, least_rows {}", trees, columns, least_rows);
    case LearnerKind::gradient_boosting:
      return fmt::format("{} trees, learning_rate {}, depth {}, columns {}", trees, learning_rate, depth, columns);
    case LearnerKind::kernel_ridge:
      return fmt::format("penalty {}, fragments {}, width {}, cheap_width {}", penalty, fragments, width, cheap_width);
    case LearnerKind::ridge:
      return fmt::format("penalty {}", penalty);
    case LearnerKind::network:
      return fmt::format("widths {}", fmt::join(widths, "-"));
    case LearnerKind::none:
      break;
  }
  return "";
}

ColumnScales ColumnScales::fit(const Matrix& rows) {
  ColumnScales result{std::vector<double>(rows.columns, 0), std::vector<double>(rows.columns, 0)};
  const auto count = static_cast<double>(rows.rows);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t j = 0; j < rows.columns; ++j) {
      result.mean[j] += rows.row(i)[j] / count;
    }
  }
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t j = 0; j < rows.columns; ++j) {
      const double difference = rows.row(i)[j] - result.mean[j];
      result.scale[j] += difference * difference / count;
    }
  }
  for (double& scale : result.scale) {
    scale = scale > 0 ? std::sqrt(scale) : 1;
  }
  return result;
}

Matrix ColumnScales::apply(const Matrix& rows) const {
  Matrix result = rows;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t j = 0; j < rows.columns; ++j) {
      result.values[i * rows.columns + j] = static_cast<float>((rows.row(i)[j] - mean[j]) / scale[j]);
    }
  }
  return result;
}

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

Matrix pick_columns(const Matrix& matrix, const std::vector<std::int64_t>& columns) {
  Matrix result{matrix.rows, columns.size(), {}};
  result.values.reserve(matrix.rows * columns.size());
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    for (const std::int64_t column : columns) {
      result.values.push_back(matrix.row(i)[column]);
    }
  }
  return result;
}

/// Predicts nothing but the mean label.
class MeanRegressor final : public Regressor {
 public:
  std::vector<double> predict(const Matrix& rows) const override { return std::vector<double>(rows.rows, 0.0); }
  void write(data::Hdf5File& /*file*/, const std::string& /*group*/) const override {}
};

/// Leaves out columns that say nothing and standardizes labels for the learner inside.
class StandardRegressor final : public Regressor {
 public:
  StandardRegressor(LearnerKind kind, std::size_t columns, std::vector<std::int64_t> kept,
                    models::Standardizer standardizer, std::unique_ptr<Regressor> inner)
      : kind_(kind), columns_(columns), kept_(std::move(kept)), standardizer_(standardizer), inner_(std::move(inner)) {}

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
    file.write_attribute(group, "kind", std::string(name_of(kind_)));
    file.write_attribute(group, "column_count", static_cast<std::int64_t>(columns_));
    file.write_attribute(group, "mean", standardizer_.mean);
    file.write_attribute(group, "scale", standardizer_.scale);
    inner_->write(file, group);
  }

 private:
  LearnerKind kind_;
  std::size_t columns_;
  std::vector<std::int64_t> kept_;
  models::Standardizer standardizer_;
  std::unique_ptr<Regressor> inner_;
};

constexpr const char* kAverage = "average";

std::string member_group(const std::string& group, std::size_t member) {
  return fmt::format("{}/member{}", group, member);
}

class AverageRegressor final : public Regressor {
 public:
  explicit AverageRegressor(std::vector<std::shared_ptr<const Regressor>> members) : members_(std::move(members)) {}

  std::vector<double> predict(const Matrix& rows) const override {
    std::vector<double> sum(rows.rows, 0);
    for (const auto& member : members_) {
      const auto values = member->predict(rows);
      for (std::size_t i = 0; i < sum.size(); ++i) {
        sum[i] += values[i] / static_cast<double>(members_.size());
      }
    }
    return sum;
  }

  void write(data::Hdf5File& file, const std::string& group) const override {
    for (std::size_t m = 0; m < members_.size(); ++m) {
      members_[m]->write(file, member_group(group, m));
    }
    file.write_attribute(group, "kind", std::string(kAverage));
    file.write_attribute(group, "members", static_cast<std::int64_t>(members_.size()));
  }

 private:
  std::vector<std::shared_ptr<const Regressor>> members_;
};

std::unique_ptr<Regressor> train_inner(const LearnerSettings& settings, const TrainingTable& table,
                                       const StopQuestion& stop) {
  if (table.kinds.empty()) {
    return std::make_unique<MeanRegressor>();
  }
  switch (settings.kind) {
    case LearnerKind::random_forest:
    case LearnerKind::gradient_boosting:
      return train_trees(settings, table);
    case LearnerKind::kernel_ridge:
      return train_kernel_ridge(settings, table);
    case LearnerKind::ridge:
      return train_ridge(settings, table);
    case LearnerKind::network:
      return train_network(settings, table, stop);
    case LearnerKind::none:
      break;
  }
  return std::make_unique<MeanRegressor>();
}

std::unique_ptr<Regressor> read_inner(const std::string& kind, const data::Hdf5File& file, const std::string& group) {
  if (kind == name_of(LearnerKind::random_forest) || kind == name_of(LearnerKind::gradient_boosting)) {
    return read_trees(file, group);
  }
  if (kind == name_of(LearnerKind::kernel_ridge)) {
    return read_kernel_ridge(file, group);
  }
  if (kind == name_of(LearnerKind::ridge)) {
    return read_ridge(file, group);
  }
  if (kind == name_of(LearnerKind::network)) {
    return read_network(file, group);
  }
  fail_input("{} holds a learner '{}', which this version does not know", file.path().string(), kind);
}

}  // namespace

std::unique_ptr<Regressor> train_regressor(const LearnerSettings& settings, const std::vector<ColumnKind>& kinds,
                                           const Matrix& rows, std::span<const double> labels, std::uint64_t seed,
                                           const StopQuestion& stop) {
  check(rows.rows == labels.size() && rows.rows > 0, "a label for each row");
  check(rows.columns == kinds.size(), "a kind for each column");
  if (settings.kind == LearnerKind::none) {
    return std::make_unique<MeanRegressor>();
  }
  const auto kept = different_columns(rows);
  std::vector<ColumnKind> kept_kinds;
  for (const std::int64_t column : kept) {
    kept_kinds.push_back(kinds[static_cast<std::size_t>(column)]);
  }
  const Matrix picked = pick_columns(rows, kept);
  const auto standardizer = models::Standardizer::fit({labels.begin(), labels.end()});
  TrainingTable table{kept_kinds, picked, {}, seed};
  for (const double label : labels) {
    table.labels.push_back(standardizer.forward(label));
  }
  auto inner = train_inner(settings, table, stop);
  if (!inner) {
    return nullptr;
  }
  const LearnerKind kind = kept.empty() ? LearnerKind::none : settings.kind;
  return std::make_unique<StandardRegressor>(kind, rows.columns, kept, standardizer, std::move(inner));
}

std::unique_ptr<Regressor> average_regressors(std::vector<std::shared_ptr<const Regressor>> members) {
  return std::make_unique<AverageRegressor>(std::move(members));
}

std::unique_ptr<Regressor> read_regressor(const data::Hdf5File& file, const std::string& group) {
  if (!file.exists(group) || !file.has_attribute(group, "kind")) {
    return std::make_unique<MeanRegressor>();
  }
  const std::string kind = file.text_attribute(group, "kind");
  if (kind == kAverage) {
    std::vector<std::shared_ptr<const Regressor>> members;
    for (std::int64_t m = 0; m < file.integer_attribute(group, "members"); ++m) {
      members.push_back(read_regressor(file, member_group(group, static_cast<std::size_t>(m))));
    }
    return average_regressors(std::move(members));
  }
  auto inner = kind == name_of(LearnerKind::none) ? std::make_unique<MeanRegressor>() : read_inner(kind, file, group);
  return std::make_unique<StandardRegressor>(
      LearnerKind::none, static_cast<std::size_t>(file.integer_attribute(group, "column_count")),
      file.read<std::int64_t>(group + "/columns"),
      models::Standardizer{file.number_attribute(group, "mean"), file.number_attribute(group, "scale")},
      std::move(inner));
}

}  // namespace epitaxy::learners
