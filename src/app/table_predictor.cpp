#include <algorithm>
#include <cmath>

#include "app/input_rows.h"
#include "app/row_predictor.h"
#include "app/training_range.h"
#include "base/error.h"
#include "base/text.h"
#include "models/head_task.h"
#include "transfer/table_model.h"

namespace epitaxy::app {

namespace {

/// What was learned from a table: perhaps values besides the text, intervals besides the value.
class TablePredictor final : public RowPredictor {
 public:
  TablePredictor(const std::filesystem::path& path, const std::string& head)
      : model_(transfer::read_table_model(path)) {
    if (!head.empty()) {
      keep_property(path, head);
    }
    const chem::Substance& substance = model_.features.substance();
    description_.substance = &substance;
    description_.preparer = data::preparer_of(substance, path.string(), model_.preparation);
    description_.preparation = model_.preparation;
    for (const transfer::TableProperty& property : model_.properties) {
      const auto [transform, unit] = data::transform_of(model_.preparation, property.target, property.unit);
      undo_.push_back(transform);
      models::Head own{"", property.target, unit, {}};
      std::string name = property.target;
      if (property.calibration) {
        own.task = &models::binary();
        own.classes = property.classes;
        name += own.task->value_names(own).front();
      }
      description_.outputs.push_back(
          {property.target, own, description_.properties.size(), property.calibration.has_value(), true, transform});
      description_.properties.push_back({name, property.target, property.calibration ? "probability" : unit});
    }
    for (std::size_t c = 0; c < model_.inputs.size(); ++c) {
      if (!model_.inputs[c].is_cheap || model_.needs_cheap()) {
        description_.inputs.push_back(model_.inputs[c]);
        needed_.push_back(c);
      }
    }
    description_.coverage = model_.properties.front().coverage;
    description_.model = fmt::format("({})", model_.properties.front().ways());
    const std::string values = has_given() ? "values" : "cheap values";
    description_.doubt = "have " + values + " beyond those of the training";
    if (model_.known) {
      neighbors_ = substance.neighbors(model_.known->texts);
      range_.emplace(substance, model_.known->texts);
      description_.tells_nearest = true;
      description_.known = model_.known->texts;
      description_.doubt = "differ from all training rows";
      if (!description_.inputs.empty()) {
        description_.doubt += ", or have " + values + " beyond theirs";
      }
    }
  }

  std::vector<RowPrediction> predict(std::span<const std::string> texts,
                                     std::span<const double> values) const override {
    std::vector<RowPrediction> rows;
    const std::size_t columns = needed_.size();
    for (std::size_t first = 0; first < texts.size(); first += kChunkRows) {
      const std::size_t count = std::min(kChunkRows, texts.size() - first);
      predict_chunk(texts.subspan(first, count), values.subspan(first * columns, count * columns), rows);
    }
    return rows;
  }

 private:
  void predict_chunk(std::span<const std::string> texts, std::span<const double> given,
                     std::vector<RowPrediction>& rows) const {
    const std::size_t first = rows.size();
    const std::size_t inputs = model_.inputs.size();
    std::vector<bool> readable(texts.size());
    std::vector<std::string> standard(texts.size(), "C");  // in place of what cannot be read; it is not told
    std::vector<double> values(texts.size() * inputs, 0);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      RowPrediction& row = rows.emplace_back();
      try {
        const std::string text = description_.preparer->prepare(texts[i]).text;
        row.warning = doubt(given.subspan(i * needed_.size(), needed_.size()));
        for (std::size_t c = 0; c < needed_.size(); ++c) {
          values[i * inputs + needed_[c]] = given[i * needed_.size() + c];
        }
        standard[i] = text;
        readable[i] = true;
      } catch (const std::runtime_error& error) {
        row.warning = error.what();
      }
    }
    std::vector<std::string> problems;
    auto features = model_.features.compute(standard, problems);
    transfer::append_given(features, model_.inputs, values);
    const auto cheap = transfer::cheap_values(model_.inputs, values);
    std::vector<transfer::WayPrediction> predictions;
    for (const transfer::TableProperty& property : model_.properties) {
      predictions.push_back(property.predict(features, cheap));
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
      RowPrediction& row = rows[first + i];
      if (readable[i] && !problems[i].empty()) {
        row.warning = problems[i];
      } else if (readable[i] &&
                 std::ranges::any_of(predictions, [&](const auto& p) { return std::isnan(p.value[i]); })) {
        row.warning = "the pretrained model that was fine-tuned cannot read it";
      } else if (readable[i]) {
        for (std::size_t p = 0; p < predictions.size(); ++p) {
          const transfer::WayPrediction& prediction = predictions[p];
          if (const auto& calibration = model_.properties[p].calibration) {
            row.values.push_back(class_value(*calibration, prediction.value[i]));
            continue;
          }
          PredictedValue value{prediction.value[i], {}, prediction.low[i], prediction.high[i]};
          if (!prediction.deviation.empty()) {
            value.deviation = prediction.deviation[i];
          }
          row.values.push_back(undone(value, undo_[p]));
        }
        tell_nearest(standard[i], row);
      }
    }
  }

  void tell_nearest(const std::string& text, RowPrediction& row) const {
    if (!neighbors_) {
      return;
    }
    const auto [index, similarity] = neighbors_->nearest(text);
    row.nearest = {model_.known->texts[index], model_.known->lines[index], similarity};
    std::vector<std::string> doubts{row.warning, range_->doubt(text)};
    if (similarity < model_.known->far) {
      doubts.push_back(
          fmt::format("far from all training rows: the nearest has a similarity of {:.2f}, others of {:.2f} and more",
                      similarity, model_.known->far));
    }
    std::erase(doubts, "");
    row.warning = text::join(doubts, "; ");
  }

  static PredictedValue class_value(const transfer::ClassCalibration& calibration, double score) {
    PredictedValue value{calibration.probability(score), {}, {}, {}};
    value.is_second = value.value > calibration.threshold;
    value.set = calibration.set(value.value);
    return value;
  }

  /// Ends of an interval stay ends; a deviation of logarithms is none of values.
  static PredictedValue undone(const PredictedValue& value, data::Transform undo) {
    if (undo == data::Transform::none) {
      return value;
    }
    const auto of = [&](std::optional<double> number) {
      return number ? std::optional(data::undo(undo, *number)) : std::nullopt;
    };
    PredictedValue result{data::undo(undo, value.value), {}, of(value.low), of(value.high)};
    if (undo == data::Transform::minus_log10) {
      std::swap(result.low, result.high);
    }
    return result;
  }

  /// Of several targets only one.
  void keep_property(const std::filesystem::path& path, const std::string& target) {
    std::vector<std::string> names;
    for (const transfer::TableProperty& property : model_.properties) {
      names.push_back(property.target);
    }
    std::erase_if(model_.properties, [&](const transfer::TableProperty& p) { return p.target != target; });
    if (model_.properties.empty()) {
      fail_input("{} predicts {}, not '{}'", path.string(), text::join(names, ", "), target);
    }
  }

  /// Of the values of a row. Throws InputError when one is not there.
  std::string doubt(std::span<const double> values) const {
    std::string warning;
    for (std::size_t c = 0; c < values.size(); ++c) {
      const transfer::RowInput& input = description_.inputs[c];
      const auto done = data::transform_of(model_.preparation, input.name, input.unit).transform;
      if (const std::string of_value = input.doubt(values[c], done); !of_value.empty()) {
        warning = of_value;
      }
    }
    return warning;
  }

  bool has_given() const {
    return std::ranges::any_of(model_.inputs, [](const transfer::RowInput& input) { return !input.is_cheap; });
  }

  transfer::TableModel model_;
  std::vector<std::size_t> needed_;             ///< Those of its inputs that rows must have.
  std::unique_ptr<chem::Neighbors> neighbors_;  ///< Null where the model does not keep its rows.
  std::optional<TrainingRange> range_;          ///< Likewise.
  std::vector<data::Transform> undo_;           ///< [properties] of what the import did to the values.
};

}  // namespace

std::unique_ptr<RowPredictor> open_table_model(const std::filesystem::path& model, const std::string& head) {
  return std::make_unique<TablePredictor>(model, head);
}

std::unique_ptr<RowPredictor> open_predictor(const std::filesystem::path& model, const std::string& head) {
  return transfer::is_table_model(model) ? open_table_model(model, head) : open_network(model, head);
}

}  // namespace epitaxy::app
