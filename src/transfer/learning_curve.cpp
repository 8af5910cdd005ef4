#include "transfer/learning_curve.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/regression_metrics.h"
#include "base/statistics.h"
#include "base/table.h"
#include "train/run_files.h"
#include "transfer/ensemble.h"

namespace epitaxy::transfer {

using statistics::regression_metrics;
using statistics::RegressionMetrics;

namespace {

/// Test metrics of several seeds as one point.
CurvePoint point_of(const std::vector<RegressionMetrics>& seeds, const std::vector<double>& validation) {
  std::vector<double> maes;
  for (const RegressionMetrics& m : seeds) {
    maes.push_back(m.mae);
  }
  return {statistics::average(seeds), statistics::spread(maes).deviation, statistics::mean(validation)};
}

/// What no model is needed for, from the same labels as the variants have.
void add_baselines(LearningCurve& curve, const TransferData& data, const FinetuneSettings& settings) {
  CurveLine mean{"predict_the_mean", {}};
  CurveLine line{"line_from_" + settings.cheap, {}};
  for (const double share : settings.shares) {
    std::vector<RegressionMetrics> mean_metrics;
    std::vector<RegressionMetrics> line_metrics;
    for (const std::uint64_t seed : settings.seeds) {
      JobSplit split = split_share(data, settings, share, seed);
      split.train.insert(split.train.end(), split.validation.begin(), split.validation.end());
      std::vector<double> x;
      std::vector<double> y;
      for (const std::size_t row : split.train) {
        x.push_back(data.cheap.empty() ? std::nan("") : data.cheap[row]);
        y.push_back(data.labels[row]);
      }
      const auto fit = statistics::StraightLine::fit(x, y);
      std::vector<double> predicted;
      for (const double cheap : data.test_cheap) {
        predicted.push_back(fit.at(cheap));
      }
      if (!data.cheap.empty()) {
        line_metrics.push_back(regression_metrics(data.test_labels, predicted));
      }
      predicted.assign(data.test_labels.size(), fit.mean);
      mean_metrics.push_back(regression_metrics(data.test_labels, predicted));
      if (seed == settings.seeds.front()) {
        curve.labels.push_back(split.train.size());
      }
    }
    mean.points.push_back(point_of(mean_metrics, {}));
    if (!line_metrics.empty()) {
      line.points.push_back(point_of(line_metrics, {}));
    }
  }
  curve.baselines.push_back(mean);
  if (!line.points.empty()) {
    curve.baselines.push_back(line);
  }
}

CurvePoint measure(const TransferData& data, const std::vector<Job>& jobs, const std::vector<JobResult>& results,
                   std::size_t variant, std::size_t share, Ensemble& ensemble) {
  std::vector<RegressionMetrics> metrics;
  std::vector<double> validation;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    if (jobs[j].variant == variant && jobs[j].share == share) {
      metrics.push_back(regression_metrics(data.test_labels, results[j].test_predictions));
      validation.push_back(results[j].validation_mae);
      for (std::size_t i = 0; i < data.test_labels.size(); ++i) {
        ensemble.add(i, results[j].test_predictions[i]);
      }
    }
  }
  return point_of(metrics, validation);
}

}  // namespace

LearningCurve make_curve(const TransferData& data, const FinetuneSettings& settings, const std::vector<Job>& jobs,
                         const std::vector<JobResult>& results) {
  LearningCurve curve;
  add_baselines(curve, data, settings);
  for (std::size_t v = 0; v < settings.variants.size(); ++v) {
    CurveLine line{settings.variants[v].name, {}};
    for (std::size_t share = 0; share < settings.shares.size(); ++share) {
      Ensemble ensemble(data.test_labels.size());
      line.points.push_back(measure(data, jobs, results, v, share, ensemble));
      if (share + 1 == settings.shares.size()) {
        LargestShare& largest = curve.largest.emplace_back();
        ensemble.finish(largest.prediction, largest.deviation);
        largest.test = regression_metrics(data.test_labels, largest.prediction);
      }
    }
    curve.variants.push_back(line);
    const double best = curve.variants[curve.best].points.back().validation_mae;
    if (line.points.back().validation_mae < best) {
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
      cells.push_back(text::with_error(line.points[share].test.mae, line.points[share].deviation, 4));
    }
    table.row(std::move(cells));
  }
  std::string text = fmt::format("{}, MAE on {} test rows, {}\n", data.target, data.test_labels.size(), data.unit);
  text += table.text();
  text += "MAE: mean over seeds of single models; +-: over seeds";
  for (std::size_t v = 0; v < curve.variants.size(); ++v) {
    text += fmt::format("\nall seeds together at the largest share: {} {:.4f}, validation {:.4f}{}",
                        curve.variants[v].name, curve.largest[v].test.mae,
                        curve.variants[v].points.back().validation_mae, v == curve.best ? ", chosen by it" : "");
  }
  return text;
}

namespace {

using Json = nlohmann::ordered_json;

/// JSON has no NaN.
Json number(double value) { return std::isnan(value) ? Json() : Json(value); }

Json points_of(const CurveLine& line, const LearningCurve& curve, const FinetuneSettings& settings,
               const std::string& unit, bool trained) {
  Json entries;
  for (std::size_t share = 0; share < settings.shares.size(); ++share) {
    const CurvePoint& point = line.points[share];
    Json& entry = entries[fmt::format("{}", settings.shares[share])];
    entry = {{"labels", curve.labels[share]},
             {"mae_" + unit, point.test.mae},
             {"mae_std_" + unit, point.deviation},
             {"rmse_" + unit, point.test.rmse},
             {"r2", number(point.test.r2)}};
    if (trained) {
      entry["validation_mae_" + unit] = number(point.validation_mae);
    }
  }
  return entries;
}

}  // namespace

Json to_json(const LearningCurve& curve, const TransferData& data, const FinetuneSettings& settings) {
  const std::string unit = train::unit_suffix(data.unit);
  Json summary{{"stage", "finetune"},
               {"target", data.target},
               {"rows", data.rows.size()},
               {"labels", data.labelled},
               {"test_rows", data.test_labels.size()},
               {"unreadable", data.rows.left_out(data::LeftOut::unreadable)},
               {"unreadable_test", data.test.left_out(data::LeftOut::unreadable)},
               {"left_out_as_in_test", data.rows.left_out(data::LeftOut::in_test)},
               {"shares", settings.shares},
               {"seeds", settings.seeds}};
  for (const CurveLine& line : curve.baselines) {
    summary["baselines"][line.name] = points_of(line, curve, settings, unit, false);
  }
  for (std::size_t v = 0; v < curve.variants.size(); ++v) {
    const CurveLine& line = curve.variants[v];
    summary["curve"][line.name] = points_of(line, curve, settings, unit, true);
    summary["ensemble"][line.name] = {{"mae_" + unit, curve.largest[v].test.mae},
                                      {"rmse_" + unit, curve.largest[v].test.rmse},
                                      {"r2", number(curve.largest[v].test.r2)}};
  }
  summary["best_variant"] = curve.variants[curve.best].name;
  return summary;
}

namespace {

void write_table(const LearningCurve& curve, const TransferData& data, const FinetuneSettings& settings,
                 const std::filesystem::path& path) {
  const std::string unit = train::unit_suffix(data.unit);
  train::CsvWriter table(
      {"variant", "share", "labels", "mae_" + unit, "mae_std_" + unit, "rmse_" + unit, "r2", "validation_mae_" + unit});
  for (const auto* lines : {&curve.baselines, &curve.variants}) {
    for (const CurveLine& line : *lines) {
      for (std::size_t share = 0; share < settings.shares.size(); ++share) {
        const CurvePoint& point = line.points[share];
        table.row({line.name, fmt::format("{}", settings.shares[share]), std::to_string(curve.labels[share]),
                   train::csv_number(point.test.mae), train::csv_number(point.deviation),
                   train::csv_number(point.test.rmse), train::csv_number(point.test.r2),
                   train::csv_number(point.validation_mae)});
      }
    }
  }
  table.write(path);
}

void write_test_predictions(const LearningCurve& curve, const TransferData& data, const std::filesystem::path& path) {
  const bool molecular = data.rows.index().kind == "molecule";
  train::CsvWriter table({molecular ? "smiles" : "formula", molecular ? "molecule" : "composition", "set", "variant",
                          "target", "prediction", "prediction_std"});
  for (std::size_t v = 0; v < curve.variants.size(); ++v) {
    const LargestShare& largest = curve.largest[v];
    for (std::size_t i = 0; i < data.test_labels.size(); ++i) {
      table.row({data.test.formula(i), data.test.group(i), "test", curve.variants[v].name,
                 train::csv_number(data.test_labels[i]), train::csv_number(largest.prediction[i]),
                 train::csv_number(largest.deviation[i])});
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
