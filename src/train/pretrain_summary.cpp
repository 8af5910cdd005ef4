#include "epitaxy/train/pretrain_summary.h"

#include <nlohmann/json.hpp>

#include "epitaxy/base/file.h"
#include "epitaxy/base/log.h"

namespace epitaxy::train {

namespace {

/// The metrics of one head on one set, as an entry of the summary and as a line of the log.
nlohmann::ordered_json describe_metrics(const std::string& set, const models::Head& head,
                                        const RegressionMetrics& in_range, const RegressionMetrics& all) {
  const std::string unit = unit_suffix(head.unit);
  nlohmann::ordered_json entry{
      {"rows", in_range.count}, {"mae_" + unit, in_range.mae}, {"rmse_" + unit, in_range.rmse}, {"r2", in_range.r2}};
  std::string out_of_range;
  if (all.count != in_range.count) {
    entry["rows_with_out_of_range"] = all.count;
    entry["mae_with_out_of_range_" + unit] = all.mae;
    out_of_range = fmt::format("; {:.5f} with the {} rows out of range", all.mae, all.count - in_range.count);
  }
  log::info("{} {}: MAE {:.5f}, RMSE {:.5f} {}, R2 {:.4f} on {} rows{}", set, head.name, in_range.mae, in_range.rmse,
            head.unit, in_range.r2, in_range.count, out_of_range);
  return entry;
}

}  // namespace

void write_pretrain_summary(const std::filesystem::path& path, const models::Model& model, const TrainingData& data,
                            const PretrainEnd& end,
                            const std::vector<std::pair<std::string, const Evaluation*>>& evaluations) {
  nlohmann::ordered_json summary;
  summary["stage"] = "pretrain";
  summary["parameters"] = model.layout().weight_count();
  summary["epochs"] = end.state.epoch;
  summary["stopped_early"] = end.stopped_early;
  summary["best_epoch"] = end.state.best_epoch;
  summary["training_rows"] = data.train().size();
  summary["excluded_rows"] = data.excluded();
  summary["seconds_of_this_process"] = end.seconds;
  summary["performance"] = to_json(end.performance);
  for (const auto& [set, evaluation] : evaluations) {
    const auto in_range = evaluation->metrics(true);
    const auto all = evaluation->metrics(false);
    for (std::size_t h = 0; h < in_range.size(); ++h) {
      if (in_range[h].count > 0) {
        const models::Head& head = model.description().heads[h];
        summary[set][head.name] = describe_metrics(set, head, in_range[h], all[h]);
      }
    }
  }
  file::write_atomically(path, summary.dump(2) + "\n");
}

}  // namespace epitaxy::train
