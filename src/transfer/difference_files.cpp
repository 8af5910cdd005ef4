#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/file.h"
#include "base/regression_metrics.h"
#include "train/run_files.h"
#include "transfer/difference_report.h"

namespace epitaxy::transfer {

namespace {

using Json = nlohmann::ordered_json;

/// A list of features is cut here.
constexpr std::size_t kMostImportant = 50;

Json to_json(const statistics::PairedTest& test) {
  return std::isnan(test.mean) ? Json() : Json{{"mae_difference", test.mean}, {"p", test.p}};
}

Json to_json(const WayResult& result, const std::string& unit) {
  Json json{{"mae_" + unit, result.metrics.mae},
            {"rmse_" + unit, result.metrics.rmse},
            {"r2", result.metrics.r2},
            {"mae_std", result.mae_deviation},
            {"inner_mae_" + unit, result.inner_mae},
            {"coverage", result.covered},
            {"interval_width_" + unit, result.interval_width}};
  if (!std::isnan(result.spread_correlation)) {
    json["spread_correlation"] = result.spread_correlation;
  }
  if (const Json test = to_json(result.against_direct); !test.is_null()) {
    json["against_direct"] = test;
  }
  if (const Json test = to_json(result.against_line); !test.is_null()) {
    json["against_cheap_linear"] = test;
  }
  return json;
}

/// `cheap_alone`, or `kernel_ridge.difference`; with labels before them.
Json& place_of(Json& summary, const WayResult& result) {
  Json* place = &summary;
  if (result.labels > 0) {
    place = &(*place)["labels"][std::to_string(result.labels)];
  }
  return result.learner_name.empty() ? (*place)["cheap"][result.way_name]
                                     : (*place)["learners"][result.learner_name][result.way_name];
}

}  // namespace

Json to_json(const DifferenceReport& report, const DifferenceData& data, const DifferenceSettings& settings,
             const std::vector<DifferenceResult>& results) {
  using data::LeftOut;
  const std::string unit = train::unit_suffix(data.unit);
  Json summary{{"stage", "difference"},
               {"measured", data.measured},
               {"cheap_columns", data.cheap},
               {"unit", data.unit},
               {"rows", data.rows.count()},
               {"test_rows", data.test.count()},
               {"without_measured", data.left_out(LeftOut::unlabelled)},
               {"without_cheap", data.left_out(LeftOut::incomplete)},
               {"unreadable", data.left_out(LeftOut::unreadable)},
               {"in_test", data.left_out(LeftOut::in_test)}};
  summary["line"] = {{"slope", data.line.slopes.front()}, {"offset_" + unit, data.line.offset}};
  if (!settings.has_test()) {
    summary["folds"] = settings.folds;
  }
  summary["seeds"] = settings.seeds;
  summary["interval"] = settings.coverage;
  for (const WayResult& result : report.results) {
    Json& entry = place_of(summary, result);
    entry = to_json(result, unit);
    if (result.learner_name.empty() || !settings.learners[result.learner].members.empty()) {
      continue;
    }
    for (const std::size_t j : result.jobs) {
      entry["chosen"].push_back(
          settings.learners[result.learner].candidates[static_cast<std::size_t>(results[j].candidate)].describe());
    }
  }
  const WayResult& best = report.results[report.best];
  summary["best"] = {{"way", best.way_name}, {"learner", best.learner_name}, {"mae_" + unit, best.metrics.mae}};
  summary["verdicts"] = verdicts(report, data, settings);
  return summary;
}

namespace {

/// With test rows: those of the largest number of labels and the first seed.
bool is_written(const DifferenceSettings& settings, const DifferenceJob& job) {
  const std::size_t most = settings.labels.empty() ? 0 : settings.labels.back();
  return !settings.has_test() || (job.labels == most && job.seed == settings.seeds.front());
}

void write_predictions(const DifferenceData& data, const DifferenceSettings& settings,
                       const std::vector<DifferenceJob>& jobs, const std::vector<DifferenceResult>& results,
                       const std::filesystem::path& path) {
  const DifferenceRows& rows = settings.has_test() ? data.test : data.rows;
  const chem::Substance& substance = *rows.set.index().substance;
  train::CsvWriter table({substance.text_name(), substance.name(), "line", "set", "fold", "seed", "learner", "way",
                          "measured", "cheap", "prediction", "prediction_std", "interval_low", "interval_high"});
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    const Way& way = settings.ways[jobs[j].way];
    if (!is_written(settings, jobs[j])) {
      continue;
    }
    const WayPrediction& p = results[j].prediction;
    for (std::size_t i = 0; i < results[j].rows.size(); ++i) {
      const auto row = static_cast<std::size_t>(results[j].rows[i]);
      table.row({rows.set.source(row), rows.group(row), std::to_string(rows.set.line(row)),
                 settings.has_test() ? "test" : "out_of_fold", settings.has_test() ? "" : std::to_string(jobs[j].fold),
                 std::to_string(jobs[j].seed), way.learns ? settings.learners[jobs[j].learner].name : "", way.name,
                 train::csv_number(rows.measured[row]), train::csv_number(rows.cheap_of(row)[0]),
                 train::csv_number(p.value[i]), train::csv_number(p.deviation.empty() ? std::nan("") : p.deviation[i]),
                 train::csv_number(p.low[i]), train::csv_number(p.high[i])});
    }
  }
  table.write(path);
}

std::string column_name(const DifferenceData& data, std::size_t column) {
  return column < data.features.columns() ? data.features.names()[column]
                                          : data.cheap[column - data.features.columns()];
}

/// The fragment of the first molecule that has it.
std::string example_of(const DifferenceData& data, std::size_t column) {
  if (column >= data.features.columns() || data.features.kinds()[column] != learners::ColumnKind::count) {
    return "";
  }
  for (std::size_t i = 0; i < data.rows.count(); ++i) {
    if (data.rows.features.row(i)[column] != 0) {
      return data.features.fragment(column, data.rows.text(i));
    }
  }
  return "";
}

void write_importances(const DifferenceReport& report, const DifferenceData& data, const std::filesystem::path& path) {
  train::CsvWriter table({"labels", "learner", "way", "feature", "fragment", "importance"});
  for (const WayResult& result : report.results) {
    std::vector<std::size_t> order(result.importances.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(
        order, [&](std::size_t a, std::size_t b) { return result.importances[a] > result.importances[b]; });
    for (std::size_t i = 0; i < std::min(order.size(), kMostImportant) && result.importances[order[i]] > 0; ++i) {
      table.row({result.labels > 0 ? std::to_string(result.labels) : "", result.learner_name, result.way_name,
                 column_name(data, order[i]), example_of(data, order[i]),
                 train::csv_number(result.importances[order[i]])});
    }
  }
  table.write(path);
}

}  // namespace

void write_report(const DifferenceReport& report, const DifferenceData& data, const DifferenceSettings& settings,
                  const std::vector<DifferenceJob>& jobs, const std::vector<DifferenceResult>& results,
                  const std::filesystem::path& folder) {
  write_predictions(data, settings, jobs, results, folder / "predictions.csv");
  write_importances(report, data, folder / "importances.csv");
  file::write_atomically(folder / "summary.json", to_json(report, data, settings, results).dump(2) + "\n");
}

}  // namespace epitaxy::transfer
