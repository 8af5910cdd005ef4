#include <cmath>
#include <numeric>
#include <utility>

#include "learners/regressors.h"
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

}  // namespace

std::unique_ptr<Regressor> train_ridge(const LearnerSettings& settings, const TrainingTable& table) {
  ColumnScales scales = ColumnScales::fit(table.rows);
  const Matrix scaled = scales.apply(table.rows);
  // The penalty counts as a share of the rows.
  const double penalty = settings.penalty * static_cast<double>(scaled.rows);
  auto coefficients = linalg::fit_ridge(scaled.values, scaled.columns, table.labels, penalty);
  return std::make_unique<Ridge>(std::move(scales), std::move(coefficients));
}

std::unique_ptr<Regressor> read_ridge(const data::Hdf5File& file, const std::string& group) {
  return std::make_unique<Ridge>(
      ColumnScales{file.read<double>(group + "/column_means"), file.read<double>(group + "/column_scales")},
      file.read<double>(group + "/coefficients"));
}

}  // namespace epitaxy::learners
