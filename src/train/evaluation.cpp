#include "train/evaluation.h"

#include <cmath>

#include "parallel/row_blocks.h"

namespace epitaxy::train {

namespace {

models::RowBlock my_rows(const parallel::Communicator& communicator, const TrainingData& data,
                         const std::vector<RowReference>& rows) {
  // Whole chunks, so that the place of a row in its chunk does not depend on the number of ranks.
  const auto [first, last] = parallel::my_rows(rows.size(), kPredictionRows, communicator);
  return data
      .load({rows.begin() + static_cast<std::ptrdiff_t>(first), rows.begin() + static_cast<std::ptrdiff_t>(last)})
      .block;
}

}  // namespace

Evaluation::Evaluation(const parallel::Communicator& communicator, const models::Model& model,
                       const nn::Arithmetic& arithmetic, const TrainingData& data,
                       const std::vector<RowReference>& rows)
    : model_(model),
      data_(data),
      rows_(rows),
      predictor_(communicator, model, arithmetic, my_rows(communicator, data, rows)),
      places_(models::output_places(model.description().heads)) {}

std::vector<double> Evaluation::prediction(std::size_t i, std::size_t head) const {
  const models::Head& own = model_.description().heads[head];
  std::vector<double> values(own.values());
  own.task->predict(own, predictions_->data() + i * places_.back() + places_[head], values.data());
  return values;
}

std::vector<models::Figures> Evaluation::evaluate(const float* weights) {
  predictions_ = &predictor_.predict(weights);
  return figures(true);
}

std::vector<models::Figures> Evaluation::figures(bool in_range_only) const {
  std::vector<models::Figures> result;
  const auto& heads = model_.description().heads;
  for (std::size_t head = 0; head < heads.size(); ++head) {
    std::vector<double> truth;
    std::vector<double> predicted;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const double label = data_.label(rows_[i], head);
      if (!std::isnan(label) && (!in_range_only || data_.in_range(rows_[i], head))) {
        truth.push_back(label);
        const auto values = prediction(i, head);
        predicted.insert(predicted.end(), values.begin(), values.end());
      }
    }
    result.push_back(heads[head].task->measure(heads[head], truth, predicted));
  }
  return result;
}

std::vector<std::string> prediction_columns(const chem::Substance& substance) {
  return {substance.text_name(), substance.name(), "set", "head", "target", "prediction"};
}

void Evaluation::append_predictions(CsvWriter& table, const std::string& set) const {
  const auto& heads = model_.description().heads;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& index = data_.index(rows_[i].source);
    for (std::size_t head = 0; head < heads.size(); ++head) {
      if (const double label = data_.label(rows_[i], head); !std::isnan(label)) {
        table.row({index.source[rows_[i].row], index.groups[rows_[i].row], set, heads[head].name,
                   heads[head].task->field(heads[head], label),
                   heads[head].task->answer(heads[head], prediction(i, head))});
      }
    }
  }
}

}  // namespace epitaxy::train
