#include "transfer/difference_result.h"

#include <algorithm>
#include <cmath>

#include "base/regression_metrics.h"
#include "base/statistics.h"

namespace epitaxy::transfer {

namespace {

std::vector<double> absolute(std::vector<double> values) {
  std::ranges::transform(values, values.begin(), [](double value) { return std::abs(value); });
  return values;
}

}  // namespace

namespace {

/// Of numbers that count as `weights` say; empty: all the same.
double weighted_mean(const std::vector<double>& numbers, const std::vector<double>& weights) {
  if (weights.empty()) {
    return statistics::spread(numbers).mean;
  }
  double sum = 0;
  double total = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    sum += weights[i] * numbers[i];
    total += weights[i];
  }
  return sum / total;
}

}  // namespace

double mean_loss(std::vector<double> errors, Loss loss, const std::vector<double>& weights) {
  std::ranges::transform(errors, errors.begin(),
                         [&](double error) { return loss == Loss::absolute ? std::abs(error) : error * error; });
  return weighted_mean(errors, weights);
}

double mean_absolute(const std::vector<double>& errors, const std::vector<double>& weights) {
  return mean_loss(errors, Loss::absolute, weights);
}

double inner_mae(const DifferenceResult& result) { return mean_absolute(result.inner_errors, result.inner_weights); }

namespace {

/// residuals(i) [training rows] of row i.
template <typename F>
void set_intervals(WayPrediction& prediction, const std::vector<int>& folds, double coverage, F residuals) {
  const std::size_t rows = prediction.value.size();
  std::vector<double> values(rows == 0 ? 0 : prediction.inner.size() / rows);
  prediction.low.clear();
  prediction.high.clear();
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      values[k] = prediction.inner[k * rows + i];
    }
    const statistics::Interval interval = statistics::cv_plus_interval(residuals(i), folds, values, coverage);
    prediction.low.push_back(interval.low);
    prediction.high.push_back(interval.high);
  }
}

}  // namespace

void add_intervals(WayPrediction& prediction, const std::vector<double>& errors, const std::vector<int>& folds,
                   double coverage) {
  const auto residuals = absolute(errors);
  set_intervals(
      prediction, folds, coverage, [&](std::size_t) -> const auto& { return residuals; });
}

void add_intervals(WayPrediction& prediction, const std::vector<double>& errors, const std::vector<int>& folds,
                   double coverage, const IntervalScale& scale, const std::vector<double>& spreads) {
  std::vector<double> residuals(errors.size());
  set_intervals(
      prediction, folds, coverage, [&](std::size_t row) -> const auto& {
        for (std::size_t i = 0; i < errors.size(); ++i) {
          residuals[i] = std::abs(errors[i]) * scale.at(prediction.deviation[row]) / scale.at(spreads[i]);
        }
        return residuals;
      });
}

void write_result(data::Hdf5File& file, const DifferenceResult& result) {
  file.write("/rows", result.rows);
  file.write("/prediction", result.prediction.value);
  file.write("/deviation", result.prediction.deviation);
  file.write("/low", result.prediction.low);
  file.write("/high", result.prediction.high);
  file.write("/importances", result.importances);
  file.write("/inner", result.prediction.inner);
  file.write("/inner_errors", result.inner_errors);
  file.write("/inner_fold", result.inner_fold);
  if (!result.inner_weights.empty()) {
    file.write("/inner_weights", result.inner_weights);
  }
  file.write_attribute("/", "candidate", result.candidate);
}

DifferenceResult read_difference_result(const data::Hdf5File& file) {
  DifferenceResult result;
  result.rows = file.read<std::int64_t>("/rows");
  result.prediction = {file.read<double>("/prediction"), file.read<double>("/deviation"), file.read<double>("/low"),
                       file.read<double>("/high"), file.read<double>("/inner")};
  result.importances = file.read<double>("/importances");
  result.inner_errors = file.read<double>("/inner_errors");
  result.inner_fold = file.read<std::int64_t>("/inner_fold");
  if (file.exists("/inner_weights")) {
    result.inner_weights = file.read<double>("/inner_weights");
  }
  result.candidate = file.integer_attribute("/", "candidate");
  return result;
}

}  // namespace epitaxy::transfer
