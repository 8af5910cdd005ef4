#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "learners/candidate_keys.h"
#include "learners/learners.h"
#include "linalg/solvers.h"

namespace epitaxy::learners {

namespace {

class Ridge final : public Regressor {
 public:
  Ridge(ColumnScales scales, std::vector<double> coefficients)
      : scales_(std::move(scales)), coefficients_(std::move(coefficients)) {}

  std::vector<double> predict(const Matrix& rows) const override {
    std::vector<double> result;
    for (std::size_t i = 0; i < rows.rows; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < rows.columns; ++j) {
        sum += coefficients_[j] * (rows.row(i)[j] - scales_.mean[j]) / scales_.scale[j];
      }
      result.push_back(sum);
    }
    return result;
  }

  std::vector<double> importances() const override {
    std::vector<double> result;
    for (const double coefficient : coefficients_) {
      result.push_back(std::abs(coefficient));
    }
    const double total = std::accumulate(result.begin(), result.end(), 0.0);
    for (double& value : result) {
      value = total > 0 ? value / total : 0;
    }
    return result;
  }

  void write(data::Hdf5File& file, const std::string& group) const override {
    file.write(group + "/coefficients", coefficients_);
    file.write(group + "/column_means", scales_.mean);
    file.write(group + "/column_scales", scales_.scale);
  }

 private:
  ColumnScales scales_;
  std::vector<double> coefficients_;
};

struct RidgeSettings {
  double penalty = 0.1;  ///< In units of the labels' variance.
};

class RidgeLearner final : public LearnerOf<RidgeSettings> {
 public:
  const char* name() const override { return "ridge"; }

  std::unique_ptr<Regressor> read(const data::Hdf5File& file, const std::string& group) const override {
    return std::make_unique<Ridge>(
        ColumnScales{file.read<double>(group + "/column_means"), file.read<double>(group + "/column_scales")},
        file.read<double>(group + "/coefficients"));
  }

 private:
  using S = RidgeSettings;

  std::vector<S> read_settings(config::Keys& k) const override {
    CandidateKeys<S> keys(k);
    keys.number(&S::penalty, {"penalty", "on large coefficients, in units of the labels' variance"}, {1e-10, 1e6});
    return keys.candidates();
  }

  std::string describe_settings(const S& s) const override { return fmt::format("penalty {}", s.penalty); }

  std::unique_ptr<Regressor> train_with(const S& s, const TrainingTable& table,
                                        const StopQuestion& /*stop*/) const override {
    ColumnScales scales = ColumnScales::fit(table.rows, table.weights);
    Matrix scaled = scales.apply(table.rows);
    std::vector<double> labels = table.labels;
    for (std::size_t i = 0; i < labels.size() && !table.weights.empty(); ++i) {
      const double root = std::sqrt(table.weights[i]);
      labels[i] *= root;
      std::for_each_n(scaled.row(i), scaled.columns, [&](float& value) { value *= static_cast<float>(root); });
    }
    // The penalty counts as a share of the rows.
    const double penalty = s.penalty * static_cast<double>(scaled.rows);
    auto coefficients = linalg::fit_ridge(scaled.values, scaled.columns, labels, penalty);
    return std::make_unique<Ridge>(std::move(scales), std::move(coefficients));
  }
};

}  // namespace

const Learner& ridge() {
  static const RidgeLearner learner;
  return learner;
}

}  // namespace epitaxy::learners
