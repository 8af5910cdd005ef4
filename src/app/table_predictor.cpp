#include <algorithm>
#include <cmath>

#include "app/input_rows.h"
#include "app/row_predictor.h"
#include "base/error.h"
#include "base/text.h"
#include "models/head_task.h"
#include "transfer/table_model.h"

namespace epitaxy::app {

namespace {

/// What was learned from a table: perhaps cheap values besides the text, intervals besides the value.
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
          {property.target, own, description_.properties.size(), property.calibration.has_value()});
      description_.properties.push_back({name, property.target, property.calibration ? "probability" : unit});
    }
    if (model_.needs_cheap()) {
      description_.cheap_values = model_.cheap;
      description_.cheap_units = model_.cheap_units;
    }
    description_.coverage = model_.properties.front().coverage;
    description_.model = fmt::format("({})", model_.properties.front().ways());
    description_.doubt = "have cheap values beyond those of the training";
    if (model_.known) {
      neighbors_ = substance.neighbors(model_.known->texts);
      description_.tells_nearest = true;
      description_.doubt = model_.needs_cheap() ? "are far from all training rows, or have cheap values beyond theirs"
                                                : "are far from all training rows";
    }
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
    const auto features = model_.features.compute(standard, problems);
    std::vector<transfer::WayPrediction> predictions;
    for (const transfer::TableProperty& property : model_.properties) {
      predictions.push_back(property.predict(features, values));
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
      RowPrediction& row = rows[first + i];
      if (readable[i] && !problems[i].empty()) {
        row.warning = problems[i];
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
    if (similarity < model_.known->far && row.warning.empty()) {
      row.warning =
          fmt::format("far from all training rows: the nearest has a similarity of {:.2f}, others of {:.2f} and more",
                      similarity, model_.known->far);
    }
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

  transfer::TableModel model_;
  std::unique_ptr<chem::Neighbors> neighbors_;  ///< Null where the model does not keep its rows.
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
