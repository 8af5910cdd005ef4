#include "transfer/learning_curve.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json_number.h"
#include "base/statistics.h"
#include "base/table.h"
#include "train/run_files.h"
#include "transfer/comparison.h"
#include "transfer/ensemble.h"

namespace epitaxy::transfer {

namespace {

/// Test metrics of several seeds as one point.
CurvePoint point_of(const std::vector<models::Figures>& seeds, const std::vector<double>& validation) {
  std::vector<double> errors;
  for (const models::Figures& figures : seeds) {
    errors.push_back(figures.shown());
  }
  CurvePoint point{models::average(seeds), statistics::spread(errors).deviation, {}};
  if (!validation.empty()) {
    point.validation_error = statistics::mean(validation);
  }
  return point;
}

models::Figures measure_test(const TransferData& data, std::span<const double> predictions) {
  return data.head.task->measure(data.head, data.test_labels, predictions);
}

/// The straight line from the cheap target through some labels.
std::vector<double> line_from_cheap(const TransferData& data, const std::vector<std::size_t>& rows) {
  std::vector<double> x;
  std::vector<double> y;
  for (const std::size_t row : rows) {
    x.push_back(data.cheap[row]);
    y.push_back(data.labels[row]);
  }
  const auto fit = statistics::StraightLine::fit(x, y);
  std::vector<double> predicted;
  for (const double cheap : data.test_cheap) {
    predicted.push_back(fit.at(cheap));
  }
  return predicted;
}

/// What no model is needed for, from the same labels as the variants have.
void add_baselines(LearningCurve& curve, const TransferData& data, const FinetuneSettings& settings) {
  CurveLine mean{data.head.classes.empty() ? "predict_the_mean" : "predict_the_shares", {}};
  CurveLine line{"line_from_" + settings.cheap, {}};
  for (const double share : settings.shares) {
    std::vector<models::Figures> mean_figures;
    std::vector<models::Figures> line_figures;
    for (const std::uint64_t seed : settings.seeds) {
      JobSplit split = split_share(data, settings, share, seed);
      split.train.insert(split.train.end(), split.validation.begin(), split.validation.end());
      if (!data.cheap.empty()) {
        line_figures.push_back(measure_test(data, line_from_cheap(data, split.train)));
      }
      std::vector<double> labels;
      for (const std::size_t row : split.train) {
        labels.push_back(data.labels[row]);
      }
      const auto baseline = data.head.task->baseline(data.head, labels);
      std::vector<double> predicted;
      for (std::size_t i = 0; i < data.test_labels.size(); ++i) {
        predicted.insert(predicted.end(), baseline.begin(), baseline.end());
      }
      mean_figures.push_back(measure_test(data, predicted));
      if (seed == settings.seeds.front()) {
        curve.labels.push_back(split.train.size());
      }
    }
    mean.points.push_back(point_of(mean_figures, {}));
    if (!line_figures.empty()) {
      line.points.push_back(point_of(line_figures, {}));
    }
  }
  curve.baselines.push_back(mean);
  if (!line.points.empty()) {
    curve.baselines.push_back(line);
  }
}

CurvePoint measure(const TransferData& data, const std::vector<Job>& jobs, const std::vector<JobResult>& results,
                   std::size_t variant, std::size_t share, Ensemble& ensemble) {
  std::vector<models::Figures> figures;
  std::vector<double> validation;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    if (jobs[j].variant == variant && jobs[j].share == share) {
      figures.push_back(measure_test(data, results[j].test_predictions));
      if (results[j].validation_error) {
        validation.push_back(*results[j].validation_error);
      }
      for (std::size_t i = 0; i < results[j].test_predictions.size(); ++i) {
        ensemble.add(i, results[j].test_predictions[i]);
      }
    }
  }
  return point_of(figures, validation);
}

}  // namespace

LearningCurve make_curve(const TransferData& data, const FinetuneSettings& settings, const std::vector<Job>& jobs,
                         const std::vector<JobResult>& results) {
  LearningCurve curve;
  add_baselines(curve, data, settings);
  for (std::size_t v = 0; v < settings.variants.size(); ++v) {
    CurveLine line{settings.variants[v].name, {}};
    for (std::size_t share = 0; share < settings.shares.size(); ++share) {
      Ensemble ensemble(data.test_labels.size() * data.head.values());
      line.points.push_back(measure(data, jobs, results, v, share, ensemble));
      if (share + 1 == settings.shares.size()) {
        LargestShare& largest = curve.largest.emplace_back();
        ensemble.finish(largest.prediction, largest.deviation);
        largest.test = measure_test(data, largest.prediction);
      }
    }
    curve.variants.push_back(line);
    if (v > 0 &&
        is_better(line.points.back().validation_error, curve.variants[curve.best].points.back().validation_error)) {
      curve.best = v;
    }
  }
  return curve;
}

std::string curve_table(const LearningCurve& curve, const TransferData& data, const FinetuneSettings& settings) {
  std::vector<CurveLine> lines = curve.baselines;
  lines.insert(lines.end(), curve.variants.begin(), curve.variants.end());
  std::vector<text::Column> columns{{"share", text::Align::right, 8}, {"labels", text::Align::right, 8}};
  for (const CurveLine& line : lines) {
    columns.push_back({line.name, text::Align::right, 16, 2});
  }
  text::Table table(std::move(columns));
  for (std::size_t share = 0; share < settings.shares.size(); ++share) {
    std::vector<std::string> cells{fmt::format("{}", settings.shares[share]), fmt::format("{}", curve.labels[share])};
    for (const CurveLine& line : lines) {
      cells.push_back(text::with_error(line.points[share].test.shown(), line.points[share].deviation, 4));
    }
    table.row(std::move(cells));
  }
  const std::string error = data.head.task->figures().front().label;
  std::string text =
      fmt::format("{}, {} on {} test rows, {}\n", data.head.target, error, data.test_labels.size(), data.head.unit);
  text += table.text();
  text += error + ": mean over seeds of single models; +-: over seeds";
  for (std::size_t v = 0; v < curve.variants.size(); ++v) {
    const auto& validation = curve.variants[v].points.back().validation_error;
    text += fmt::format("\nall seeds together at the largest share: {} {:.4f}, validation {}{}", curve.variants[v].name,
                        curve.largest[v].test.shown(), validation ? fmt::format("{:.4f}", *validation) : "none",
                        v == curve.best && curve.variants.size() > 1 ? ", chosen by it" : "");
  }
  return text;
}

namespace {

using Json = nlohmann::ordered_json;

Json figures_of(const models::Figures& figures, const models::Head& head) {
  Json entry;
  const auto names = head.task->figures();
  for (std::size_t i = 0; i < names.size(); ++i) {
    entry[models::figure_key(names[i], head)] = json_number(figures.values[i]);
  }
  return entry;
}

/// `mae_std_eV`
std::string deviation_key(const models::Head& head) {
  models::FigureName error = head.task->figures().front();
  const std::string key = std::string(error.key) + "_std";
  error.key = key.c_str();
  return models::figure_key(error, head);
}

Json points_of(const CurveLine& line, const LearningCurve& curve, const FinetuneSettings& settings,
               const models::Head& head, bool trained) {
  Json entries;
  for (std::size_t share = 0; share < settings.shares.size(); ++share) {
    const CurvePoint& point = line.points[share];
    Json& entry = entries[fmt::format("{}", settings.shares[share])];
    entry = {{"labels", curve.labels[share]}};
    entry.update(figures_of(point.test, head));
    entry[deviation_key(head)] = json_number(point.deviation);
    if (trained) {
      entry["validation_" + models::figure_key(head.task->figures().front(), head)] =
          json_number(point.validation_error.value_or(std::nan("")));
    }
  }
  return entries;
}

}  // namespace

Json to_json(const LearningCurve& curve, const TransferData& data, const FinetuneSettings& settings) {
  Json summary{{"stage", "finetune"},
               {"target", data.head.target},
               {"rows", data.rows.size()},
               {"labels", data.labelled},
               {"test_rows", data.test_labels.size()},
               {"unreadable", data.rows.left_out(data::LeftOut::unreadable)},
               {"unreadable_test", data.test.left_out(data::LeftOut::unreadable)},
               {"left_out_as_in_test", data.rows.left_out(data::LeftOut::in_test)},
               {"shares", settings.shares},
               {"seeds", settings.seeds},
               {"overlap", to_json(data.overlap)}};
  for (const CurveLine& line : curve.baselines) {
    summary["baselines"][line.name] = points_of(line, curve, settings, data.head, false);
  }
  for (std::size_t v = 0; v < curve.variants.size(); ++v) {
    const CurveLine& line = curve.variants[v];
    summary["curve"][line.name] = points_of(line, curve, settings, data.head, true);
    summary["ensemble"][line.name] = figures_of(curve.largest[v].test, data.head);
  }
  summary["best_variant"] = curve.variants[curve.best].name;
  return summary;
}

namespace {

void write_table(const LearningCurve& curve, const TransferData& data, const FinetuneSettings& settings,
                 const std::filesystem::path& path) {
  const auto names = data.head.task->figures();
  const std::string error = models::figure_key(names.front(), data.head);
  std::vector<std::string> columns{"variant", "share", "labels", error, deviation_key(data.head)};
  for (const models::FigureName& name : names.subspan(1)) {
    columns.push_back(models::figure_key(name, data.head));
  }
  columns.push_back("validation_" + error);
  train::CsvWriter table(columns);
  for (const auto* lines : {&curve.baselines, &curve.variants}) {
    for (const CurveLine& line : *lines) {
      for (std::size_t share = 0; share < settings.shares.size(); ++share) {
        const CurvePoint& point = line.points[share];
        std::vector<std::string> fields{line.name, fmt::format("{}", settings.shares[share]),
                                        std::to_string(curve.labels[share]), train::csv_number(point.test.shown()),
                                        train::csv_number(point.deviation)};
        for (std::size_t i = 1; i < names.size(); ++i) {
          fields.push_back(train::csv_number(point.test.values[i]));
        }
        fields.push_back(train::csv_number(point.validation_error.value_or(std::nan(""))));
        table.row(fields);
      }
    }
  }
  table.write(path);
}

void write_test_predictions(const LearningCurve& curve, const TransferData& data, const std::filesystem::path& path) {
  const chem::Substance& substance = *data.rows.index().substance;
  std::vector<std::string> columns{substance.text_name(), substance.name(), "set", "variant"};
  const auto own = prediction_columns(data.head);
  columns.insert(columns.end(), own.begin(), own.end());
  train::CsvWriter table(columns);
  for (std::size_t v = 0; v < curve.variants.size(); ++v) {
    const LargestShare& largest = curve.largest[v];
    for (std::size_t i = 0; i < data.test_labels.size(); ++i) {
      std::vector<std::string> row{data.test.source(i), data.test.group(i), "test", curve.variants[v].name};
      const auto fields = prediction_fields(data.head, data.test_labels[i], largest.prediction, largest.deviation, i);
      row.insert(row.end(), fields.begin(), fields.end());
      table.row(row);
    }
  }
  table.write(path);
}

}  // namespace

void write_curve(const LearningCurve& curve, const TransferData& data, const FinetuneSettings& settings,
                 const std::filesystem::path& folder) {
  write_test_predictions(curve, data, folder / "predictions.csv");
  write_table(curve, data, settings, folder / "learning_curve.csv");
  file::write_atomically(folder / "summary.json", to_json(curve, data, settings).dump(2) + "\n");
}

}  // namespace epitaxy::transfer
