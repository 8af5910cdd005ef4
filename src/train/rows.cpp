#include "train/rows.h"

#include <algorithm>

#include "base/error.h"

namespace epitaxy::train {

std::vector<std::int64_t> count_seen(const Rows& rows, const models::ModelDescription& model) {
  const bool molecular = model.kind == "molecule_vae";
  const std::size_t features = model.features.size();
  const std::size_t width = molecular ? model.vae.length : features;
  std::vector<std::int64_t> seen(features, 0);
  std::vector<std::size_t> last_row(features, rows.count);
  for (std::size_t i = 0; i < rows.count; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      const float value = rows.features[i * rows.feature_count + j];
      const std::size_t feature = molecular ? static_cast<std::size_t>(value) - 1 : j;
      if (value != 0 && last_row[feature] != i) {
        last_row[feature] = i;
        ++seen[feature];
      }
    }
  }
  return seen;
}

Predictor::Predictor(const models::Model& model, const nn::Arithmetic& arithmetic)
    : feature_count_(model.description().feature_count()),
      head_count_(model.description().heads.size()),
      executor_(
          model.executor({.rows = kPredictionRows, .arithmetic = arithmetic, .training = false, .trainable = {}})),
      chunk_features_(kPredictionRows * feature_count_),
      chunk_predictions_(kPredictionRows * head_count_) {}

void Predictor::predict(const float* weights, const float* features, std::size_t count, float* predictions) {
  executor_->load(weights);
  for (std::size_t first = 0; first < count; first += kPredictionRows) {
    const std::size_t rows = std::min(kPredictionRows, count - first);
    std::ranges::fill(chunk_features_, 0.0f);
    std::copy_n(features + first * feature_count_, rows * feature_count_, chunk_features_.data());
    executor_->predict(chunk_features_.data(), chunk_predictions_.data());
    std::copy_n(chunk_predictions_.data(), rows * head_count_, predictions + first * head_count_);
  }
}

DistributedPredictor::DistributedPredictor(const parallel::Communicator& communicator, const models::Model& model,
                                           const nn::Arithmetic& arithmetic, Rows mine)
    : communicator_(communicator), predictor_(model, arithmetic), mine_(std::move(mine)) {
  const std::size_t heads = model.description().heads.size();
  parts_ = communicator.parts_of(mine_.count * heads);
  predictions_.resize(parts_.total());
}

const std::vector<float>& DistributedPredictor::predict(const float* weights) {
  if (mine_.count > 0) {
    predictor_.predict(weights, mine_.features.data(), mine_.count,
                       predictions_.data() + parts_.begin(communicator_.rank()));
  }
  communicator_.all_gather(std::span(predictions_), parts_);
  return predictions_;
}

}  // namespace epitaxy::train
