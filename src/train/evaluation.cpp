#include "epitaxy/train/evaluation.h"

namespace epitaxy::train {

namespace {

Rows my_rows(const parallel::Communicator& communicator, const models::Model& model, const TrainingData& data,
             const std::vector<RowReference>& rows) {
  const auto [first, last] = rows_of_rank(rows.size(), communicator.rank(), communicator.size());
  return data.load(
      {rows.begin() + static_cast<std::ptrdiff_t>(first), rows.begin() + static_cast<std::ptrdiff_t>(last)},
      model.description().heads);
}

}  // namespace

Evaluation::Evaluation(const parallel::Communicator& communicator, const models::Model& model,
                       const nn::Arithmetic& arithmetic, const TrainingData& data,
                       const std::vector<RowReference>& rows)
    : model_(model),
      data_(data),
      rows_(rows),
      predictor_(communicator, model, arithmetic, my_rows(communicator, model, data, rows)) {}

double Evaluation::prediction(std::size_t i) const {
  const auto& heads = model_.description().heads;
  const std::uint32_t head = rows_[i].source;
  return heads[head].standardizer.backward((*predictions_)[i * heads.size() + head]);
}

std::vector<RegressionMetrics> Evaluation::evaluate(const float* weights) {
  predictions_ = &predictor_.predict(weights);
  return metrics(true);
}

std::vector<RegressionMetrics> Evaluation::metrics(bool in_range_only) const {
  const std::size_t heads = model_.description().heads.size();
  std::vector<std::vector<double>> truth(heads);
  std::vector<std::vector<double>> predicted(heads);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!in_range_only || data_.in_range(rows_[i])) {
      truth[rows_[i].source].push_back(data_.label(rows_[i]));
      predicted[rows_[i].source].push_back(prediction(i));
    }
  }
  std::vector<RegressionMetrics> result;
  for (std::size_t h = 0; h < heads; ++h) {
    result.push_back(regression_metrics(truth[h], predicted[h]));
  }
  return result;
}

std::vector<std::string> prediction_columns() {
  return {"formula", "composition", "set", "head", "target", "prediction"};
}

void Evaluation::append_predictions(CsvWriter& table, const std::string& set) const {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& index = data_.index(rows_[i].source);
    table.row({index.formulas[rows_[i].row], index.groups[rows_[i].row], set, data_.sources()[rows_[i].source].head,
               csv_number(data_.label(rows_[i])), csv_number(prediction(i))});
  }
}

}  // namespace epitaxy::train
