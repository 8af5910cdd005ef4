#include "transfer/comparison.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/regression_metrics.h"
#include "base/statistics.h"
#include "base/table.h"
#include "train/run_files.h"
#include "transfer/ensemble.h"

namespace epitaxy::transfer {

namespace {

using statistics::regression_metrics;
using statistics::RegressionMetrics;

VariantResult summarize(const TransferData& data, const FinetuneSettings& settings, std::size_t v,
                        const std::vector<Job>& jobs, const std::vector<JobResult>& results) {
  VariantResult variant;
  variant.name = settings.variants[v].name;
  Ensemble out_of_fold(data.labels.size());
  Ensemble test(data.test_labels.size());
  std::vector<double> maes;
  std::vector<double> validation;
  std::vector<RegressionMetrics> by_seed;
  for (const std::uint64_t seed : settings.seeds) {
    std::vector<double> predicted(data.labels.size(), std::nan(""));
    bool any = false;
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      if (jobs[j].variant != v || jobs[j].seed != seed) {
        continue;
      }
      any = true;
      std::vector<double> truth;
      for (std::size_t i = 0; i < results[j].rows.size(); ++i) {
        const auto row = static_cast<std::size_t>(results[j].rows[i]);
        predicted[row] = results[j].predictions[i];
        out_of_fold.add(row, results[j].predictions[i]);
        truth.push_back(data.labels[row]);
      }
      for (std::size_t i = 0; i < results[j].test_predictions.size(); ++i) {
        test.add(i, results[j].test_predictions[i]);
      }
      maes.push_back(regression_metrics(truth, results[j].predictions).mae);
      validation.push_back(results[j].validation_mae);
    }
    if (any) {
      by_seed.push_back(regression_metrics(data.labels, predicted));
    }
  }
  out_of_fold.finish(variant.prediction, variant.deviation);
  test.finish(variant.test_prediction, variant.test_deviation);
  variant.single = statistics::average(by_seed);
  variant.ensemble = regression_metrics(data.labels, variant.prediction);
  variant.test = regression_metrics(data.test_labels, variant.test_prediction);
  variant.mae_deviation = statistics::spread(maes).deviation;
  variant.validation_mae = statistics::spread(validation).mean;
  return variant;
}

}  // namespace

Comparison compare(const TransferData& data, const FinetuneSettings& settings, const std::vector<Job>& jobs,
                   const std::vector<JobResult>& results) {
  Comparison comparison;
  for (std::size_t v = 0; v < settings.variants.size(); ++v) {
    comparison.variants.push_back(summarize(data, settings, v, jobs, results));
    if (comparison.variants[v].validation_mae < comparison.variants[comparison.best].validation_mae) {
      comparison.best = v;
    }
  }
  std::vector<double> mean(data.labels.size());
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    for (const std::int64_t row : results[j].rows) {
      mean[static_cast<std::size_t>(row)] = results[j].baseline;
    }
  }
  comparison.baseline = regression_metrics(data.labels, mean);
  return comparison;
}

std::string comparison_table(const Comparison& comparison, const TransferData& data) {
  std::string text = fmt::format("{}, out of fold, {} rows, {}\n", data.target, comparison.baseline.count, data.unit);
  text::Table table({{"variant", text::Align::left, 18},
                     {"MAE", text::Align::right, 8},
                     {"+-", text::Align::right, 8},
                     {"RMSE", text::Align::right, 8},
                     {"R2", text::Align::right, 8},
                     {"ensemble", text::Align::right, 10},
                     {"validation", text::Align::right, 11},
                     {"", text::Align::left, 0, 2}});
  const auto figure = [](double value) { return fmt::format("{:.4f}", value); };
  const auto& b = comparison.baseline;
  table.row({"predict the mean", figure(b.mae), "", figure(b.rmse), figure(b.r2)});
  for (std::size_t v = 0; v < comparison.variants.size(); ++v) {
    const VariantResult& r = comparison.variants[v];
    table.row({r.name, figure(r.single.mae), figure(r.mae_deviation), figure(r.single.rmse), figure(r.single.r2),
               figure(r.ensemble.mae), figure(r.validation_mae), v == comparison.best ? "chosen" : ""});
  }
  text += table.text();
  if (!data.test_labels.empty()) {
    for (const VariantResult& r : comparison.variants) {
      text += fmt::format("test rows ({}), {}: ensemble of all folds and seeds MAE {:.4f}, RMSE {:.4f}, R2 {:.4f}\n",
                          r.test.count, r.name, r.test.mae, r.test.rmse, r.test.r2);
    }
  }
  text +=
      "MAE: single models; +-: over folds and seeds; ensemble: mean of the seeds; chosen by the MAE on validation rows";
  return text;
}

nlohmann::ordered_json to_json(const Comparison& comparison, const TransferData& data,
                               const FinetuneSettings& settings) {
  const std::string unit = train::unit_suffix(data.unit);
  const auto metrics = [&](const RegressionMetrics& m) {
    return nlohmann::ordered_json{{"mae_" + unit, m.mae}, {"rmse", m.rmse}, {"r2", m.r2}};
  };
  nlohmann::ordered_json summary{{"stage", "finetune"}, {"target", data.target}, {"rows", data.labelled}};
  summary["folds"] = settings.folds;
  summary["seeds"] = settings.seeds;
  summary["baseline_mean_predictor"] = metrics(comparison.baseline);
  for (const VariantResult& r : comparison.variants) {
    auto& entry = summary["variants"][r.name];
    entry = metrics(r.single);
    entry["mae_std"] = r.mae_deviation;
    entry["ensemble_mae_" + unit] = r.ensemble.mae;
    entry["validation_mae_" + unit] = r.validation_mae;
    if (r.test.count > 0) {
      entry["test"] = metrics(r.test);
      entry["test"]["rows"] = r.test.count;
    }
  }
  summary["best_variant"] = comparison.variants[comparison.best].name;
  return summary;
}

namespace {

void write_predictions(const Comparison& comparison, const TransferData& data, const std::filesystem::path& path) {
  const bool molecular = data.rows.index().kind == "molecule";
  train::CsvWriter table({molecular ? "smiles" : "formula", molecular ? "molecule" : "composition", "set", "fold",
                          "variant", "target", "prediction", "prediction_std"});
  for (const VariantResult& r : comparison.variants) {
    for (std::size_t i = 0; i < data.labels.size(); ++i) {
      if (std::isnan(data.labels[i])) {
        continue;
      }
      table.row({data.rows.formula(i), data.rows.group(i), "out_of_fold", std::to_string(data.fold[i]), r.name,
                 train::csv_number(data.labels[i]), train::csv_number(r.prediction[i]),
                 train::csv_number(r.deviation[i])});
    }
    for (std::size_t i = 0; i < data.test_labels.size(); ++i) {
      table.row({data.test.formula(i), data.test.group(i), "test", "", r.name, train::csv_number(data.test_labels[i]),
                 train::csv_number(r.test_prediction[i]), train::csv_number(r.test_deviation[i])});
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
