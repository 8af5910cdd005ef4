#include "epitaxy/predictor.h"

#include "app/row_predictor.h"
#include "base/error.h"
#include "linalg/cpu.h"

namespace epitaxy {

struct Predictor::State {
  std::unique_ptr<app::RowPredictor> rows;
};

Predictor::Predictor(const std::filesystem::path& model) {
  linalg::set_up_kernels();
  state_ = std::make_unique<State>(State{app::open_predictor(model, "")});
}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

std::string Predictor::reads() const { return state_->rows->description().substance->text_name(); }
const std::vector<PredictedProperty>& Predictor::properties() const { return state_->rows->description().properties; }
const std::vector<std::string>& Predictor::cheap_values() const { return state_->rows->description().cheap_values; }
std::optional<double> Predictor::coverage() const { return state_->rows->description().coverage; }

std::vector<RowPrediction> Predictor::predict(std::span<const std::string> texts, std::span<const double> cheap) const {
  if (cheap.size() != texts.size() * cheap_values().size()) {
    fail_input("{} rows need {} cheap values each, but {} numbers are given", texts.size(), cheap_values().size(),
               cheap.size());
  }
  return state_->rows->predict(texts, cheap);
}

}  // namespace epitaxy
