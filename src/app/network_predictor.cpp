#include <algorithm>
#include <tuple>

#include "app/input_rows.h"
#include "app/output_columns.h"
#include "app/row_predictor.h"
#include "base/error.h"
#include "base/regression_metrics.h"
#include "base/statistics.h"
#include "models/model_file.h"
#include "train/rows.h"
#include "transfer/ensemble_intervals.h"

namespace epitaxy::app {

namespace {

static_assert(kChunkRows == train::kPredictionRows, "a rank's rows are whole chunks of the predictor");

/// Networks: the mean and the spread of the members.
class NetworkPredictor final : public RowPredictor {
 public:
  NetworkPredictor(const std::filesystem::path& path, const std::string& head)
      : file_(models::read_model(path)),
        heads_(choose_heads(file_.description, head)),
        places_(models::output_places(file_.description.heads)),
        model_(models::make_model(file_.description)),
        reader_(file_.description, path.string()),
        intervals_(transfer::read_intervals(path, file_.members.size())) {
    if (heads_.empty()) {
      fail_input("{} predicts nothing: it has no property heads", path.string());
    }
    const models::Kind& kind = *file_.description.kind;
    description_.substance = &kind.substance();
    description_.preparer = data::preparer_of(kind.substance(), path.string(), file_.description.preparation);
    description_.preparation = file_.description.preparation;
    for (const std::size_t h : heads_) {
      models::Head own = file_.description.heads[h];
      const auto [transform, inner] = data::transform_of(description_.preparation, own.target, own.unit);
      own.unit = inner;
      undo_.push_back(transform);
      const std::string name = property_name(file_.description, heads_, h);
      const bool has_intervals = intervals_ && intervals_->head == own.name;
      if (has_intervals) {
        description_.coverage = intervals_->coverage;
      }
      description_.outputs.push_back({name, own, description_.properties.size(), false, has_intervals});
      for (const std::string& value : own.task->value_names(own)) {
        description_.properties.push_back({name + value, own.target, own.task->value_unit(own)});
      }
    }
    const std::size_t members = file_.members.size();
    description_.model = fmt::format("by {} model{}", members, members == 1 ? "" : "s");
    description_.doubt = fmt::format("hold {} that the model never saw", kind.unseen_name());
  }

  std::vector<RowPrediction> predict(std::span<const std::string> texts, std::span<const double>) const override {
    std::vector<RowPrediction> rows(texts.size());
    std::vector<bool> readable(texts.size());
    models::RowBlock block;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      RowNote note = reader_.read(texts[i], block);
      readable[i] = note.readable;
      rows[i].warning = std::move(note.warning);
    }
    const std::vector<std::vector<float>> members = predict_members(block);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (readable[i]) {
        rows[i].values = values_of(members, i);
      }
    }
    return rows;
  }

 private:
  /// By member: [rows, outputs of all heads of the model].
  std::vector<std::vector<float>> predict_members(const models::RowBlock& rows) const {
    train::Predictor predictor(*model_, {});
    std::vector<std::vector<float>> members;
    for (const auto& weights : file_.members) {
      predictor.predict(weights.data(), rows, members.emplace_back(rows.rows() * places_.back()).data());
    }
    return members;
  }

  std::vector<PredictedValue> values_of(const std::vector<std::vector<float>>& members, std::size_t row) const {
    std::vector<PredictedValue> values;
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      const std::size_t h = heads_[i];
      const models::Head& head = file_.description.heads[h];
      const std::size_t count = head.values();
      std::vector<double> predicted(members.size() * count);
      for (std::size_t m = 0; m < members.size(); ++m) {
        head.task->predict(head, members[m].data() + row * places_.back() + places_[h], predicted.data() + m * count);
      }
      for (std::size_t k = 0; k < count; ++k) {
        std::vector<double> of_members;
        for (std::size_t m = 0; m < members.size(); ++m) {
          of_members.push_back(data::undo(undo_[i], predicted[m * count + k]));
        }
        const statistics::Spread spread = statistics::spread(of_members);
        PredictedValue value{spread.mean, {}, {}, {}};
        if (members.size() > 1) {
          value.deviation = spread.deviation;
        }
        if (description_.outputs[i].has_intervals) {
          const statistics::Interval interval = intervals_->of(predicted);
          std::tie(value.low, value.high) =
              std::minmax({data::undo(undo_[i], interval.low), data::undo(undo_[i], interval.high)});
        }
        values.push_back(value);
      }
    }
    return values;
  }

  models::ModelFile file_;
  std::vector<std::size_t> heads_;     ///< That are predicted.
  std::vector<data::Transform> undo_;  ///< [heads that are predicted] of what the import did to their values.
  std::vector<std::size_t> places_;    ///< [heads of the model + 1] of their outputs.
  std::unique_ptr<models::Model> model_;
  TextReader reader_;
  std::optional<transfer::EnsembleIntervals> intervals_;
};

}  // namespace

std::unique_ptr<RowPredictor> open_network(const std::filesystem::path& model, const std::string& head) {
  return std::make_unique<NetworkPredictor>(model, head);
}

}  // namespace epitaxy::app
