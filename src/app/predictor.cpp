#include "epitaxy/predictor.h"

#include "app/row_predictor.h"
#include "base/error.h"
#include "linalg/cpu.h"

namespace epitaxy {

struct Predictor::State {
  std::unique_ptr<app::RowPredictor> rows;
  std::vector<NeededValue> needed;

  explicit State(const std::filesystem::path& model) : rows(app::open_predictor(model, "")) {
    for (const transfer::RowInput& input : rows->description().inputs) {
      needed.push_back({input.name, input.unit, input.categories});
    }
  }
};

Predictor::Predictor(const std::filesystem::path& model) {
  linalg::set_up_kernels();
  state_ = std::make_unique<State>(model);
}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

std::string Predictor::reads() const { return state_->rows->description().substance->text_name(); }
const std::vector<PredictedProperty>& Predictor::properties() const { return state_->rows->description().properties; }
const std::vector<NeededValue>& Predictor::needed_values() const { return state_->needed; }
std::optional<double> Predictor::coverage() const { return state_->rows->description().coverage; }

std::vector<RowPrediction> Predictor::predict(std::span<const std::string> texts,
                                              std::span<const double> values) const {
  if (values.size() != texts.size() * needed_values().size()) {
    fail_input("{} rows need {} values each, but {} are given", texts.size(), needed_values().size(), values.size());
  }
  return state_->rows->predict(texts, values);
}

}  // namespace epitaxy
