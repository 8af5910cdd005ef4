#include "learners/trees.h"

#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/statistics.h"

namespace epitaxy::learners {

namespace {

void succeed(int code) {
  if (code != 0) {
    fail("XGBoost: {}", XGBGetLastError());
  }
}

/// XGBoost's table of rows.
class TreeRows {
 public:
  explicit TreeRows(const Matrix& rows) {
    succeed(XGDMatrixCreateFromMat(rows.values.data(), rows.rows, rows.columns, std::numeric_limits<float>::quiet_NaN(),
                                   &handle_));
  }
  ~TreeRows() { XGDMatrixFree(handle_); }
  TreeRows(const TreeRows&) = delete;
  TreeRows& operator=(const TreeRows&) = delete;

  /// `label` or `weight` [rows], `feature_weights` [columns]. No values: XGBoost's default.
  void set(const char* name, const std::vector<double>& of) {
    const std::vector<float> values(of.begin(), of.end());
    if (!values.empty()) {
      succeed(XGDMatrixSetFloatInfo(handle_, name, values.data(), values.size()));
    }
  }
  DMatrixHandle handle() const { return handle_; }

 private:
  DMatrixHandle handle_ = nullptr;
};

/// A number of XGBoost's results, whose rows and columns are told by `shape`.
struct LeafNumbers {
  std::vector<float> values;
  std::size_t columns = 1;
};

class Booster {
 public:
  explicit Booster(const TreeRows* rows) {
    const DMatrixHandle cached = rows != nullptr ? rows->handle() : nullptr;
    succeed(XGBoosterCreate(&cached, rows != nullptr ? 1 : 0, &handle_));
    set("nthread", "1");
    set("verbosity", "0");
  }
  ~Booster() { XGBoosterFree(handle_); }
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;

  template <typename T>
  void set(const char* name, const T& value) {
    succeed(XGBoosterSetParam(handle_, name, fmt::format("{}", value).c_str()));
  }
  void add_round(int round, const TreeRows& rows) { succeed(XGBoosterUpdateOneIter(handle_, round, rows.handle())); }

  /// Type 0: predictions; type 6: the leaf of each row in each tree.
  LeafNumbers predict(const TreeRows& rows, int type) const {
    const std::string request = fmt::format(
        R"({{"type": {}, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false}})", type);
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* values = nullptr;
    succeed(XGBoosterPredictFromDMatrix(handle_, rows.handle(), request.c_str(), &shape, &dimensions, &values));
    LeafNumbers result;
    std::size_t count = 1;
    for (bst_ulong d = 0; d < dimensions; ++d) {
      count *= shape[d];
    }
    result.columns = shape[0] > 0 ? count / shape[0] : 0;
    result.values.assign(values, values + count);
    return result;
  }

  /// The share of the total gain by column.
  std::vector<double> gains(std::size_t columns) const {
    bst_ulong names = 0;
    char const** name = nullptr;
    bst_ulong dimensions = 0;
    const bst_ulong* shape = nullptr;
    const float* scores = nullptr;
    succeed(XGBoosterFeatureScore(handle_, R"({"importance_type": "total_gain"})", &names, &name, &dimensions, &shape,
                                  &scores));
    std::vector<double> result(columns, 0);
    double total = 0;
    for (bst_ulong i = 0; i < names; ++i) {
      result.at(std::stoul(std::string(name[i]).substr(1))) = scores[i];  // f12
      total += scores[i];
    }
    for (double& value : result) {
      value = total > 0 ? value / total : 0;
    }
    return result;
  }

  std::vector<std::uint8_t> bytes(const char* format) const {
    bst_ulong size = 0;
    const char* data = nullptr;
    const std::string request = fmt::format(R"({{"format": "{}"}})", format);
    succeed(XGBoosterSaveModelToBuffer(handle_, request.c_str(), &size, &data));
    return {data, data + size};
  }
  void load(const std::vector<std::uint8_t>& bytes) {
    succeed(XGBoosterLoadModelFromBuffer(handle_, bytes.data(), bytes.size()));
    set("nthread", "1");
  }

 private:
  BoosterHandle handle_ = nullptr;
};

class Trees final : public Regressor {
 public:
  Trees(std::unique_ptr<Booster> booster, std::size_t columns, bool is_forest)
      : booster_(std::move(booster)), columns_(columns), is_forest_(is_forest) {}

  std::vector<double> predict(const Matrix& rows) const override {
    if (rows.rows == 0) {
      return {};
    }
    const auto result = booster_->predict(TreeRows(rows), 0).values;
    return {result.begin(), result.end()};
  }

  std::vector<double> spread(const Matrix& rows) const override {
    if (!is_forest_ || rows.rows == 0) {
      return {};
    }
    if (leaves_.empty()) {
      read_leaves();
    }
    const LeafNumbers leaf = booster_->predict(TreeRows(rows), 6);
    std::vector<double> result;
    std::vector<double> values(leaf.columns);
    for (std::size_t i = 0; i < rows.rows; ++i) {
      for (std::size_t t = 0; t < leaf.columns; ++t) {
        const auto node = static_cast<std::size_t>(leaf.values[i * leaf.columns + t]);
        values[t] = leaves_.at(t).at(node) * static_cast<double>(leaf.columns);
      }
      result.push_back(statistics::spread(values).deviation);
    }
    return result;
  }

  std::vector<double> importances() const override { return booster_->gains(columns_); }

  void write(data::Hdf5File& file, const std::string& group) const override {
    file.write(group + "/xgboost", booster_->bytes("ubj"));
    file.write_attribute(group, "inner_columns", static_cast<std::int64_t>(columns_));
    file.write_attribute(group, "is_forest", static_cast<std::int64_t>(is_forest_ ? 1 : 0));
  }

 private:
  /// XGBoost's interface gives no predictions of the single trees of a forest, but leaves and, in the model's JSON, the
  /// leaves' values, each divided by the number of trees.
  void read_leaves() const {
    const auto model = nlohmann::json::parse(booster_->bytes("json"));
    for (const auto& tree : model.at("learner").at("gradient_booster").at("model").at("trees")) {
      leaves_.push_back(tree.at("split_conditions").get<std::vector<double>>());
    }
  }

  std::unique_ptr<Booster> booster_;
  std::size_t columns_;
  bool is_forest_;
  mutable std::vector<std::vector<double>> leaves_;  ///< By tree and node; of inner nodes something else.
};

/// How likely trees that look at a share of the columns look at each: those that the user gave are drawn first, and the
/// categories together as likely as one number. Nothing where there are none.
std::vector<double> chances(const std::vector<ColumnKind>& kinds) {
  const auto categories = static_cast<double>(std::ranges::count(kinds, ColumnKind::category));
  if (categories == 0 && std::ranges::count(kinds, ColumnKind::given) == 0) {
    return {};
  }
  const auto columns = static_cast<double>(kinds.size());
  std::vector<double> result;
  for (const ColumnKind kind : kinds) {
    result.push_back(kind == ColumnKind::given      ? columns
                     : kind == ColumnKind::category ? std::max(1.0, columns / categories)
                                                    : 1.0);
  }
  return result;
}

}  // namespace

std::unique_ptr<Regressor> train_trees(const TreePlan& plan, const TrainingTable& table) {
  TreeRows rows(table.rows);
  rows.set("label", table.labels);
  rows.set("weight", table.weights);
  rows.set("feature_weights", chances(table.kinds));
  auto booster = std::make_unique<Booster>(&rows);
  booster->set("base_score", 0);
  booster->set("seed", table.seed % 2147483647);
  for (const auto& [name, value] : plan.parameters) {
    booster->set(name, value);
  }
  for (int round = 0; round < plan.rounds; ++round) {
    booster->add_round(round, rows);
  }
  return std::make_unique<Trees>(std::move(booster), table.rows.columns, plan.is_forest);
}

std::unique_ptr<Regressor> read_trees(const data::Hdf5File& file, const std::string& group) {
  auto booster = std::make_unique<Booster>(nullptr);
  booster->load(file.read<std::uint8_t>(group + "/xgboost"));
  return std::make_unique<Trees>(std::move(booster),
                                 static_cast<std::size_t>(file.integer_attribute(group, "inner_columns")),
                                 file.integer_attribute(group, "is_forest") != 0);
}

}  // namespace epitaxy::learners
