#include <algorithm>
#include <cmath>

#include "app/input_rows.h"
#include "app/row_predictor.h"
#include "base/error.h"
#include "transfer/difference_model.h"

namespace epitaxy::app {

namespace {

/// Models of difference learning: cheap values besides the text, intervals besides the value.
class DifferencePredictor final : public RowPredictor {
 public:
  DifferencePredictor(const std::filesystem::path& path, const std::string& head)
      : model_(transfer::read_difference_model(path)) {
    if (!head.empty() && head != model_.measured) {
      fail_input("{} predicts {} alone, not '{}'", path.string(), model_.measured, head);
    }
    const chem::Substance& substance = model_.features.substance();
    description_.substance = &substance;
    description_.preparer = data::preparer_of(substance, path.string(), model_.preparation);
    description_.preparation = model_.preparation;
    const auto [transform, unit] = data::transform_of(model_.preparation, model_.measured, model_.unit);
    undo_ = transform;
    description_.properties = {{model_.measured, model_.measured, unit}};
    description_.outputs = {{model_.measured, {"", model_.measured, unit, {}}, 0}};
    if (model_.needs_cheap()) {
      description_.cheap_values = model_.cheap;
      description_.cheap_units = model_.cheap_units;
    }
    description_.coverage = model_.coverage;
    description_.model = fmt::format("({})", model_.way.name);
    description_.doubt = "have cheap values beyond those of the training";
  }

  std::vector<RowPrediction> predict(std::span<const std::string> texts, std::span<const double> cheap) const override {
    std::vector<RowPrediction> rows;
    for (std::size_t first = 0; first < texts.size(); first += kChunkRows) {
      const std::size_t count = std::min(kChunkRows, texts.size() - first);
      const std::size_t columns = description_.cheap_values.size();
      predict_chunk(texts.subspan(first, count), cheap.subspan(first * columns, count * columns), rows);
    }
    return rows;
  }

 private:
  void predict_chunk(std::span<const std::string> texts, std::span<const double> cheap,
                     std::vector<RowPrediction>& rows) const {
    const std::size_t columns = description_.cheap_values.size();
    const std::size_t first = rows.size();
    std::vector<bool> readable(texts.size());
    std::vector<std::string> standard(texts.size(), "C");  // in place of what cannot be read; it is not told
    std::vector<double> values(texts.size() * model_.cheap.size(), 0);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      RowPrediction& row = rows.emplace_back();
      try {
        const std::string text = description_.preparer->prepare(texts[i]).text;
        row.warning = check_cheap(cheap.subspan(i * columns, columns));
        std::ranges::copy(cheap.subspan(i * columns, columns),
                          values.begin() + static_cast<std::ptrdiff_t>(i * model_.cheap.size()));
        standard[i] = text;
        readable[i] = true;
      } catch (const std::runtime_error& error) {
        row.warning = error.what();
      }
    }
    std::vector<std::string> problems;
    const auto prediction = model_.predict(model_.features.compute(standard, problems), values);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      RowPrediction& row = rows[first + i];
      if (readable[i] && !problems[i].empty()) {
        row.warning = problems[i];
      } else if (readable[i]) {
        PredictedValue value{prediction.value[i], {}, prediction.low[i], prediction.high[i]};
        if (!prediction.deviation.empty()) {
          value.deviation = prediction.deviation[i];
        }
        row.values = {undone(value)};
      }
    }
  }

  /// Ends of an interval stay ends; a deviation of logarithms is none of values.
  PredictedValue undone(const PredictedValue& value) const {
    if (undo_ == data::Transform::none) {
      return value;
    }
    const auto of = [&](std::optional<double> number) {
      return number ? std::optional(data::undo(undo_, *number)) : std::nullopt;
    };
    PredictedValue result{data::undo(undo_, value.value), {}, of(value.low), of(value.high)};
    if (undo_ == data::Transform::minus_log10) {
      std::swap(result.low, result.high);
    }
    return result;
  }

  /// Tells when a value is unusual. Throws InputError when one is not there.
  std::string check_cheap(std::span<const double> values) const {
    std::string warning;
    for (std::size_t c = 0; c < values.size(); ++c) {
      if (!std::isfinite(values[c])) {
        fail_input("no value of {}", model_.cheap[c]);
      }
      if (values[c] < model_.cheap_low[c] || values[c] > model_.cheap_high[c]) {
        warning = fmt::format("{} is outside of the training's {:.4g} to {:.4g} {}", model_.cheap[c],
                              model_.cheap_low[c], model_.cheap_high[c], model_.cheap_units[c]);
      }
    }
    return warning;
  }

  transfer::DifferenceModel model_;
  data::Transform undo_ = data::Transform::none;  ///< Of what the import did to the measured values.
};

}  // namespace

std::unique_ptr<RowPredictor> open_difference_model(const std::filesystem::path& model, const std::string& head) {
  return std::make_unique<DifferencePredictor>(model, head);
}

std::unique_ptr<RowPredictor> open_predictor(const std::filesystem::path& model, const std::string& head) {
  return transfer::is_difference_model(model) ? open_difference_model(model, head) : open_network(model, head);
}

}  // namespace epitaxy::app
