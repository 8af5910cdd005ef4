#include "train/pretrain_summary.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/text.h"

namespace epitaxy::train {

using Json = nlohmann::ordered_json;

namespace {

Json to_json(const models::Head& head, const models::Figures& in_range, const models::Figures& all) {
  const auto names = head.task->figures();
  Json entry{{"rows", in_range.count}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    entry[models::figure_key(names[i], head)] = in_range.values[i];
  }
  if (all.count != in_range.count) {
    models::FigureName error = names.front();
    const std::string key = std::string(error.key) + "_with_out_of_range";
    error.key = key.c_str();
    entry["rows_with_out_of_range"] = all.count;
    entry[models::figure_key(error, head)] = all.shown();
  }
  return entry;
}

void log_figures_of(const std::string& set, const models::Head& head, const models::Figures& in_range,
                    const models::Figures& all) {
  std::string out_of_range;
  if (all.count != in_range.count) {
    out_of_range = fmt::format("; {:.5f} with the {} rows out of range", all.shown(), all.count - in_range.count);
  }
  log::info("{} {}: {} on {} rows{}", set, head.name, models::told(head, in_range), in_range.count, out_of_range);
}

}  // namespace

Json pretrain_summary(const models::Model& model, const TrainingData& data, const PretrainEnd& end,
                      const std::vector<MeasuredSet>& sets) {
  const auto& heads = model.description().heads;
  Json summary;
  summary["stage"] = "pretrain";
  summary["parameters"] = model.layout().weight_count();
  summary["epochs"] = end.state.epoch;
  summary["stopped_early"] = end.stopped_early;
  summary["best_epoch"] = end.state.best_epoch;
  summary["training_rows"] = data.train().size();
  summary["excluded_rows"] = data.excluded();
  summary["unreadable_rows"] = data.unreadable();
  for (std::size_t h = 0; h < heads.size(); ++h) {
    summary["training_labels"][heads[h].name] = data.labels(h);
  }
  summary["seconds_of_this_process"] = end.seconds;
  summary["performance"] = to_json(end.performance);
  for (const MeasuredSet& set : sets) {
    const auto in_range = set.validation.properties().figures(true);
    const auto all = set.validation.properties().figures(false);
    for (std::size_t h = 0; h < heads.size(); ++h) {
      if (in_range[h].count > 0) {
        summary[set.name][heads[h].name] = to_json(heads[h], in_range[h], all[h]);
      }
    }
    if (set.validation.of_kind() != nullptr) {
      summary[set.name].update(set.validation.of_kind()->summary(set.weights));
    }
  }
  return summary;
}

void log_figures(const models::Model& model, const MeasuredSet& set) {
  const auto in_range = set.validation.properties().figures(true);
  const auto all = set.validation.properties().figures(false);
  for (std::size_t h = 0; h < in_range.size(); ++h) {
    if (in_range[h].count > 0) {
      log_figures_of(set.name, model.description().heads[h], in_range[h], all[h]);
    }
  }
  if (set.validation.of_kind() != nullptr) {
    set.validation.of_kind()->log(set.name, set.weights);
  }
}

}  // namespace epitaxy::train
