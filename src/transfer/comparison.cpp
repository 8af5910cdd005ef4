#include "transfer/comparison.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json_number.h"
#include "base/statistics.h"
#include "base/table.h"
#include "train/run_files.h"
#include "transfer/ensemble.h"

namespace epitaxy::transfer {

namespace {

VariantResult summarize(const TransferData& data, const FinetuneSettings& settings, std::size_t v,
                        const std::vector<Job>& jobs, const std::vector<JobResult>& results) {
  const std::size_t values = data.head.values();
  const auto measure = [&](std::span<const double> labels, std::span<const double> predictions) {
    return data.head.task->measure(data.head, labels, predictions);
  };
  VariantResult variant;
  variant.name = settings.variants[v].name;
  Ensemble out_of_fold(data.labels.size() * values);
  Ensemble test(data.test_labels.size() * values);
  std::vector<double> errors;
  std::vector<double> validation;
  std::vector<models::Figures> by_seed;
  for (const std::uint64_t seed : settings.seeds) {
    std::vector<double> predicted(data.labels.size() * values, std::nan(""));
    bool any = false;
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      if (jobs[j].variant != v || jobs[j].seed != seed) {
        continue;
      }
      any = true;
      std::vector<double> truth;
      for (std::size_t i = 0; i < results[j].rows.size(); ++i) {
        const auto row = static_cast<std::size_t>(results[j].rows[i]);
        for (std::size_t k = 0; k < values; ++k) {
          predicted[row * values + k] = results[j].predictions[i * values + k];
          out_of_fold.add(row * values + k, results[j].predictions[i * values + k]);
        }
        truth.push_back(data.labels[row]);
      }
      for (std::size_t i = 0; i < results[j].test_predictions.size(); ++i) {
        test.add(i, results[j].test_predictions[i]);
      }
      if (const auto error = measure(truth, results[j].predictions).error()) {
        errors.push_back(*error);
      }
      if (results[j].validation_error) {
        validation.push_back(*results[j].validation_error);
      }
    }
    if (any) {
      by_seed.push_back(measure(data.labels, predicted));
    }
  }
  out_of_fold.finish(variant.prediction, variant.prediction_std);
  test.finish(variant.test_prediction, variant.test_prediction_std);
  variant.single = models::average(by_seed);
  variant.ensemble = measure(data.labels, variant.prediction);
  variant.test = measure(data.test_labels, variant.test_prediction);
  variant.deviation = statistics::spread(errors).deviation;
  if (!validation.empty()) {
    variant.validation_error = statistics::mean(validation);
  }
  if (data.head.classes.empty()) {
    variant.intervals = make_intervals(data, settings, v, jobs, results, variant.prediction, variant.prediction_std);
  }
  return variant;
}

}  // namespace

Comparison compare(const TransferData& data, const FinetuneSettings& settings, const std::vector<Job>& jobs,
                   const std::vector<JobResult>& results) {
  Comparison comparison;
  for (std::size_t v = 0; v < settings.variants.size(); ++v) {
    comparison.variants.push_back(summarize(data, settings, v, jobs, results));
    if (v > 0 &&
        is_better(comparison.variants[v].validation_error, comparison.variants[comparison.best].validation_error)) {
      comparison.best = v;
    }
  }
  const std::size_t values = data.head.values();
  std::vector<double> baseline(data.labels.size() * values, std::nan(""));
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    for (const std::int64_t row : results[j].rows) {
      std::ranges::copy(results[j].baseline,
                        baseline.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row) * values));
    }
  }
  comparison.baseline = data.head.task->measure(data.head, data.labels, baseline);
  return comparison;
}

std::string comparison_table(const Comparison& comparison, const TransferData& data, const FinetuneSettings& settings) {
  const auto figures = data.head.task->figures();
  const std::string error = figures.front().label;
  const auto figure = [](double value) { return fmt::format("{:.4f}", value); };
  std::vector<text::Column> columns{
      {"variant", text::Align::left, 18}, {error, text::Align::right, 8}, {"+-", text::Align::right, 8}};
  for (const models::FigureName& other : figures.subspan(1)) {
    columns.push_back({other.label, text::Align::right, 8});
  }
  columns.push_back({"ensemble", text::Align::right, 10});
  const bool has_intervals = data.head.classes.empty();
  if (has_intervals) {
    columns.push_back({"covered", text::Align::right, 8});
    columns.push_back({"width", text::Align::right, 8});
  }
  columns.push_back({"validation", text::Align::right, 11});
  columns.push_back({"", text::Align::left, 0, 2});
  text::Table table(std::move(columns));
  const auto cells_of = [&](const std::string& name, const models::Figures& f, const std::string& deviation) {
    std::vector<std::string> cells{name, figure(f.shown()), deviation};
    for (std::size_t i = 1; i < f.values.size(); ++i) {
      cells.push_back(figure(f.values[i]));
    }
    return cells;
  };
  table.row(cells_of(data.head.classes.empty() ? "predict the mean" : "predict the shares", comparison.baseline, ""));
  for (std::size_t v = 0; v < comparison.variants.size(); ++v) {
    const VariantResult& r = comparison.variants[v];
    auto cells = cells_of(r.name, r.single, figure(r.deviation));
    cells.push_back(figure(r.ensemble.shown()));
    if (r.intervals) {
      const MeasuredIntervals& m = r.intervals->out_of_fold;
      cells.insert(cells.end(), {fmt::format("{:.3f}", m.covered), fmt::format("{:.3g}", m.width)});
    }
    cells.insert(cells.end(),
                 {r.validation_error ? figure(*r.validation_error) : "none", v == comparison.best ? "chosen" : ""});
    table.row(std::move(cells));
  }
  std::string text =
      fmt::format("{}, out of fold, {} rows, {}\n", data.head.target, comparison.baseline.count, data.head.unit);
  text += table.text();
  for (const VariantResult& r : comparison.variants) {
    if (r.test.count > 0) {
      text += fmt::format("test rows ({}), {}: ensemble of all folds and seeds", r.test.count, r.name);
      for (std::size_t i = 0; i < figures.size(); ++i) {
        text += fmt::format("{} {} {:.4f}", i == 0 ? "" : ",", figures[i].label, r.test.values[i]);
      }
      if (r.intervals) {
        text += fmt::format(", covered {:.3f}, width {:.3g}", r.intervals->test.covered, r.intervals->test.width);
      }
      text += "\n";
    }
  }
  text += fmt::format(
      "{}: single models; +-: over folds and seeds; ensemble: mean of the seeds; chosen by the {} on validation rows",
      error, error);
  if (has_intervals) {
    text += fmt::format("; covered, width: intervals for {:.0f} % around the ensemble, by the errors of other folds",
                        100 * settings.coverage);
  }
  const VariantResult& chosen = comparison.variants[comparison.best];
  if (chosen.intervals && !chosen.intervals->out_of_fold.quarters.empty()) {
    text += fmt::format("\ncovered where the seeds of {} agree most, ..., least: {:.3f}", chosen.name,
                        fmt::join(chosen.intervals->out_of_fold.quarters, " "));
  }
  return text;
}

nlohmann::ordered_json to_json(const Overlap& overlap) {
  const auto of_start = [&](std::size_t count) {
    return overlap.is_known ? nlohmann::ordered_json(count) : nlohmann::ordered_json(nullptr);
  };
  return {{"rows_seen_in_pretraining", of_start(overlap.rows)},
          {"test_rows_seen_in_pretraining", of_start(overlap.test_rows)}};
}

nlohmann::ordered_json to_json(const Comparison& comparison, const TransferData& data,
                               const FinetuneSettings& settings) {
  const auto names = data.head.task->figures();
  const std::string error = models::figure_key(names.front(), data.head);
  const auto figures = [&](const models::Figures& f) {
    nlohmann::ordered_json json{{error, json_number(f.shown())}};
    for (std::size_t i = 1; i < names.size(); ++i) {
      json[names[i].key] = json_number(f.values[i]);
    }
    return json;
  };
  nlohmann::ordered_json summary{{"stage", "finetune"}, {"target", data.head.target}, {"rows", data.labelled}};
  summary["folds"] = settings.folds;
  summary["seeds"] = settings.seeds;
  if (data.head.classes.empty()) {
    summary["interval"] = settings.coverage;
  }
  summary["overlap"] = to_json(data.overlap);
  summary["baseline_mean_predictor"] = figures(comparison.baseline);
  for (const VariantResult& r : comparison.variants) {
    auto& entry = summary["variants"][r.name];
    entry = figures(r.single);
    entry[fmt::format("{}_std", names.front().key)] = r.deviation;
    entry["ensemble_" + error] = json_number(r.ensemble.shown());
    entry["validation_" + error] = json_number(r.validation_error.value_or(std::nan("")));
    if (r.intervals) {
      entry["intervals"] = to_json(r.intervals->out_of_fold, data.head);
    }
    if (r.test.count > 0) {
      entry["test"] = figures(r.test);
      entry["test"]["rows"] = r.test.count;
      if (r.intervals) {
        entry["test"]["intervals"] = to_json(r.intervals->test, data.head);
      }
    }
  }
  summary["best_variant"] = comparison.variants[comparison.best].name;
  return summary;
}

namespace {

void write_predictions(const Comparison& comparison, const TransferData& data, const std::filesystem::path& path) {
  const chem::Substance& substance = *data.rows.index().substance;
  std::vector<std::string> columns{substance.text_name(), substance.name(), "set", "fold", "variant"};
  const auto own = prediction_columns(data.head);
  columns.insert(columns.end(), own.begin(), own.end());
  if (data.head.classes.empty()) {
    columns.insert(columns.end(), {"low", "high"});
  }
  train::CsvWriter table(columns);
  const auto write = [&](std::vector<std::string> row, double label, std::size_t i, const std::vector<double>& values,
                         const std::vector<double>& deviations, const MeasuredIntervals* intervals) {
    const auto fields = prediction_fields(data.head, label, values, deviations, i);
    row.insert(row.end(), fields.begin(), fields.end());
    if (intervals != nullptr) {
      row.insert(row.end(), {train::csv_number(intervals->low[i]), train::csv_number(intervals->high[i])});
    }
    table.row(row);
  };
  for (const VariantResult& r : comparison.variants) {
    for (std::size_t i = 0; i < data.labels.size(); ++i) {
      if (!std::isnan(data.labels[i])) {
        write({data.rows.source(i), data.rows.group(i), "out_of_fold", std::to_string(data.fold[i]), r.name},
              data.labels[i], i, r.prediction, r.prediction_std, r.intervals ? &r.intervals->out_of_fold : nullptr);
      }
    }
    for (std::size_t i = 0; i < data.test_labels.size(); ++i) {
      write({data.test.source(i), data.test.group(i), "test", "", r.name}, data.test_labels[i], i, r.test_prediction,
            r.test_prediction_std, r.intervals ? &r.intervals->test : nullptr);
    }
  }
  table.write(path);
}

}  // namespace

void write_comparison(const Comparison& comparison, const TransferData& data, const FinetuneSettings& settings,
                      const std::filesystem::path& folder) {
  write_predictions(comparison, data, folder / "predictions.csv");
  file::write_atomically(folder / "summary.json", to_json(comparison, data, settings).dump(2) + "\n");
}

}  // namespace epitaxy::transfer
