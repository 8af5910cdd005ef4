#include "train/rows.h"

#include <algorithm>

namespace epitaxy::train {

Predictor::Predictor(const models::Model& model, const nn::Arithmetic& arithmetic)
    : outputs_(models::output_places(model.description().heads).back()),
      executor_(model.executor(
          {.rows = kPredictionRows, .arithmetic = arithmetic, .training = false, .trainable = {}, .of_kind = {}})),
      chunk_predictions_(kPredictionRows * outputs_) {}

void Predictor::predict(const float* weights, const models::RowBlock& rows, float* predictions) {
  executor_->load(weights);
  for (std::size_t first = 0; first < rows.rows(); first += kPredictionRows) {
    const std::size_t count = std::min(kPredictionRows, rows.rows() - first);
    chunk_.clear();
    for (std::size_t i = 0; i < kPredictionRows; ++i) {
      i < count ? chunk_.append_row(rows, first + i) : chunk_.append_absent();
    }
    executor_->predict(chunk_, chunk_predictions_.data());
    std::copy_n(chunk_predictions_.data(), count * outputs_, predictions + first * outputs_);
  }
}

DistributedPredictor::DistributedPredictor(const parallel::Communicator& communicator, const models::Model& model,
                                           const nn::Arithmetic& arithmetic, models::RowBlock mine)
    : communicator_(communicator), predictor_(model, arithmetic), mine_(std::move(mine)) {
  parts_ = communicator.parts_of(mine_.rows() * models::output_places(model.description().heads).back());
  predictions_.resize(parts_.total());
}

const std::vector<float>& DistributedPredictor::predict(const float* weights) {
  if (!mine_.empty()) {
    predictor_.predict(weights, mine_, predictions_.data() + parts_.begin(communicator_.rank()));
  }
  communicator_.all_gather(std::span(predictions_), parts_);
  return predictions_;
}

}  // namespace epitaxy::train
