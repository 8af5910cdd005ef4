#include <algorithm>

#include "app/input_rows.h"
#include "app/output_columns.h"
#include "app/row_predictor.h"
#include "base/error.h"
#include "base/regression_metrics.h"
#include "base/statistics.h"
#include "models/model_file.h"
#include "train/rows.h"

namespace epitaxy::app {

namespace {

static_assert(kChunkRows == train::kPredictionRows, "a rank's rows are whole chunks of the predictor");

/// Networks: the mean and the spread of the members.
class NetworkPredictor final : public RowPredictor {
 public:
  NetworkPredictor(const std::filesystem::path& path, const std::string& head)
      : file_(models::read_model(path)),
        heads_(choose_heads(file_.description, head)),
        model_(models::make_model(file_.description)),
        read_(row_reader(file_.description, path.string())) {
    if (heads_.empty()) {
      fail_input("{} predicts nothing: it has no property heads", path.string());
    }
    description_.reads = default_column(file_.description);
    description_.preparation = file_.description.preparation;
    for (const std::size_t h : heads_) {
      description_.properties.push_back({property_name(file_.description, heads_, h), file_.description.heads[h].target,
                                         file_.description.heads[h].unit});
      description_.heads.push_back(file_.description.heads[h].name);
    }
    const std::size_t members = file_.members.size();
    description_.model = fmt::format("by {} model{}", members, members == 1 ? "" : "s");
    description_.doubt =
        fmt::format("hold {} that the model never saw", is_molecular(file_.description) ? "tokens" : "elements");
  }

  std::vector<RowPrediction> predict(std::span<const std::string> texts, std::span<const double>) const override {
    const std::size_t width = file_.description.feature_count();
    std::vector<RowPrediction> rows(texts.size());
    std::vector<bool> readable(texts.size());
    std::vector<float> features(texts.size() * width);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      float* own = features.data() + i * width;
      try {
        rows[i].warning = read_(texts[i], own).warning;
        readable[i] = true;
      } catch (const std::runtime_error& error) {
        std::fill_n(own, width, 0.0f);
        rows[i].warning = error.what();
      }
    }
    const std::vector<std::vector<float>> members = predict_members(features, texts.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (readable[i]) {
        rows[i].values = values_of(members, i);
      }
    }
    return rows;
  }

 private:
  /// By member: standardized [rows, heads of the model].
  std::vector<std::vector<float>> predict_members(const std::vector<float>& features, std::size_t rows) const {
    train::Predictor predictor(*model_, {});
    std::vector<std::vector<float>> members;
    for (const auto& weights : file_.members) {
      predictor.predict(weights.data(), features.data(), rows,
                        members.emplace_back(rows * file_.description.heads.size()).data());
    }
    return members;
  }

  std::vector<PredictedValue> values_of(const std::vector<std::vector<float>>& members, std::size_t row) const {
    const auto& heads = file_.description.heads;
    std::vector<PredictedValue> values;
    std::vector<double> physical(members.size());
    for (const std::size_t h : heads_) {
      for (std::size_t m = 0; m < members.size(); ++m) {
        physical[m] = heads[h].standardizer.backward(members[m][row * heads.size() + h]);
      }
      const statistics::Spread spread = statistics::spread(physical);
      PredictedValue value{spread.mean, {}, {}, {}};
      if (members.size() > 1) {
        value.deviation = spread.deviation;
      }
      values.push_back(value);
    }
    return values;
  }

  models::ModelFile file_;
  std::vector<std::size_t> heads_;
  std::unique_ptr<models::Model> model_;
  RowReader read_;
};

}  // namespace

std::unique_ptr<RowPredictor> open_network(const std::filesystem::path& model, const std::string& head) {
  return std::make_unique<NetworkPredictor>(model, head);
}

}  // namespace epitaxy::app
