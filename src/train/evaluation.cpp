#include "train/evaluation.h"

#include <cmath>

#include "base/regression_metrics.h"
#include "parallel/row_blocks.h"

namespace epitaxy::train {

namespace {

Rows my_rows(const parallel::Communicator& communicator, const TrainingData& data,
             const std::vector<RowReference>& rows) {
  // Whole chunks, so that the place of a row in its chunk does not depend on the number of ranks.
  const auto [first, last] = parallel::my_rows(rows.size(), kPredictionRows, communicator);
  return data.load(
      {rows.begin() + static_cast<std::ptrdiff_t>(first), rows.begin() + static_cast<std::ptrdiff_t>(last)});
}

}  // namespace

Evaluation::Evaluation(const parallel::Communicator& communicator, const models::Model& model,
                       const nn::Arithmetic& arithmetic, const TrainingData& data,
                       const std::vector<RowReference>& rows)
    : model_(model),
      data_(data),
      rows_(rows),
      predictor_(communicator, model, arithmetic, my_rows(communicator, data, rows)) {}

double Evaluation::prediction(std::size_t i, std::size_t head) const {
  const auto& heads = model_.description().heads;
  return heads[head].standardizer.backward((*predictions_)[i * heads.size() + head]);
}

std::vector<statistics::RegressionMetrics> Evaluation::evaluate(const float* weights) {
  predictions_ = &predictor_.predict(weights);
  return metrics(true);
}

std::vector<statistics::RegressionMetrics> Evaluation::metrics(bool in_range_only) const {
  std::vector<statistics::RegressionMetrics> result;
  for (std::size_t head = 0; head < model_.description().heads.size(); ++head) {
    std::vector<double> truth;
    std::vector<double> predicted;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const double label = data_.label(rows_[i], head);
      if (!std::isnan(label) && (!in_range_only || data_.in_range(rows_[i], head))) {
        truth.push_back(label);
        predicted.push_back(prediction(i, head));
      }
    }
    result.push_back(statistics::regression_metrics(truth, predicted));
  }
  return result;
}

std::vector<std::string> prediction_columns(bool molecular) {
  return {
      molecular ? "smiles" : "formula", molecular ? "molecule" : "composition", "set", "head", "target", "prediction"};
}

void Evaluation::append_predictions(CsvWriter& table, const std::string& set) const {
  const auto& heads = model_.description().heads;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& index = data_.index(rows_[i].source);
    for (std::size_t head = 0; head < heads.size(); ++head) {
      if (const double label = data_.label(rows_[i], head); !std::isnan(label)) {
        table.row({index.formulas[rows_[i].row], index.groups[rows_[i].row], set, heads[head].name, csv_number(label),
                   csv_number(prediction(i, head))});
      }
    }
  }
}

}  // namespace epitaxy::train
