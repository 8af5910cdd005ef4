#include "transfer/test_rows.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/statistics.h"
#include "base/table.h"

namespace epitaxy::transfer {

namespace {

std::string shown_figure(double value) { return std::isnan(value) ? "" : fmt::format("{:.4f}", value); }

template <typename Add>
void for_each_part(const TestResult& result, Add add) {
  add("all", result.all);
  if (result.fresh) {
    add("new substances", *result.fresh);
  }
}

TestFigures figures_of(const std::vector<double>& measured, const WayPrediction& prediction,
                       const std::vector<std::size_t>& rows) {
  std::vector<double> truth;
  std::vector<double> predicted;
  std::vector<double> widths;
  TestFigures figures;
  figures.rows = rows.size();
  for (const std::size_t i : rows) {
    truth.push_back(measured[i]);
    predicted.push_back(prediction.value[i]);
    widths.push_back(prediction.high[i] - prediction.low[i]);
    const bool is_inside = measured[i] >= prediction.low[i] && measured[i] <= prediction.high[i];
    figures.covered += is_inside ? 1.0 / static_cast<double>(rows.size()) : 0;
  }
  figures.metrics = statistics::regression_metrics(truth, predicted);
  figures.rank_correlation = statistics::rank_correlation(truth, predicted);
  figures.interval_width = statistics::upper_median(std::move(widths));
  return figures;
}

TestFigures class_figures_of(const std::vector<double>& measured, const ClassPrediction& prediction,
                             const std::vector<std::size_t>& rows) {
  std::vector<double> truth;
  std::vector<double> probability;
  std::vector<double> threshold;
  TestFigures figures;
  figures.rows = rows.size();
  for (const std::size_t i : rows) {
    truth.push_back(measured[i]);
    probability.push_back(prediction.probability[i]);
    threshold.push_back(prediction.threshold[i]);
    const bool is_inside = ((prediction.set[i] >> static_cast<unsigned>(measured[i])) & 1U) != 0;
    figures.covered += is_inside ? 1.0 / static_cast<double>(rows.size()) : 0;
  }
  figures.of_classes = statistics::binary_metrics(truth, probability, threshold);
  return figures;
}

text::Table regression_table(const TestResult& result) {
  text::Table table({{"test rows", text::Align::left, 18},
                     {"rows", text::Align::right, 8},
                     {"MAE", text::Align::right, 8},
                     {"RMSE", text::Align::right, 8},
                     {"R2", text::Align::right, 7},
                     {"rank", text::Align::right, 7},
                     {"covered", text::Align::right, 8},
                     {"width", text::Align::right, 8}});
  for_each_part(result, [&](const char* name, const TestFigures& f) {
    table.row({name, std::to_string(f.rows), shown_figure(f.metrics.mae), shown_figure(f.metrics.rmse),
               shown_figure(f.metrics.r2), shown_figure(f.rank_correlation), fmt::format("{:.3f}", f.covered),
               fmt::format("{:.3g}", f.interval_width)});
  });
  return table;
}

text::Table class_table(const TestResult& result) {
  text::Table table({{"test rows", text::Align::left, 18},
                     {"rows", text::Align::right, 8},
                     {"ROC AUC", text::Align::right, 8},
                     {"PR AUC", text::Align::right, 8},
                     {"bal. acc.", text::Align::right, 9},
                     {"MCC", text::Align::right, 7},
                     {"Brier", text::Align::right, 7},
                     {"calib.", text::Align::right, 7},
                     {"in sets", text::Align::right, 8}});
  for_each_part(result, [&](const char* name, const TestFigures& f) {
    const statistics::BinaryMetrics& m = f.of_classes;
    table.row({name, std::to_string(f.rows), shown_figure(m.roc_auc), shown_figure(m.average_precision),
               shown_figure(m.balanced_accuracy), shown_figure(m.mcc), shown_figure(m.brier),
               shown_figure(m.calibration_error), fmt::format("{:.3f}", f.covered)});
  });
  return table;
}

}  // namespace

TestResult measure_test(const DifferenceData& data, const TableProperty& property) {
  const DifferenceRows& test = data.test;
  TestResult result;
  result.prediction = property.predict(test.features, test.cheap);
  const auto learned = data::distinct_groups(data.rows.set);
  std::vector<std::size_t> all;
  std::vector<std::size_t> fresh;
  std::set<std::string> known;
  for (std::size_t i = 0; i < test.count(); ++i) {
    all.push_back(i);
    if (learned.contains(test.group(i))) {
      known.insert(test.group(i));
    } else {
      fresh.push_back(i);
    }
  }
  result.known_rows = all.size() - fresh.size();
  result.known_substances = known.size();
  if (property.calibration) {
    result.of_classes = ClassPrediction::of(*property.calibration, result.prediction.value);
  }
  const auto figures = [&](const std::vector<std::size_t>& rows) {
    return property.calibration ? class_figures_of(test.measured, result.of_classes, rows)
                                : figures_of(test.measured, result.prediction, rows);
  };
  result.all = figures(all);
  if (!fresh.empty() && fresh.size() < all.size()) {
    result.fresh = figures(fresh);
  }
  return result;
}

std::string test_table(const TestResult& result, const DifferenceData& data, const std::string& source) {
  const text::Table table = data.classes.empty() ? regression_table(result) : class_table(result);
  std::string text =
      fmt::format("{} of {}, kept back and predicted by the final model:\n{}", data.measured, source, table.text());
  if (result.known_rows == 0) {
    return text + "none of them is of a substance that the model learned from";
  }
  return text + fmt::format("{} of them are of {} substances that the model learned from{}", result.known_rows,
                            result.known_substances, result.fresh ? "" : ": no row is new");
}

nlohmann::ordered_json to_json(const TestResult& result, const DifferenceData& data) {
  const std::string unit = train::unit_suffix(data.unit);
  const auto figures = [&](const TestFigures& f) {
    if (!data.classes.empty()) {
      const statistics::BinaryMetrics& m = f.of_classes;
      return nlohmann::ordered_json{{"rows", f.rows},
                                    {"roc_auc", m.roc_auc},
                                    {"average_precision", m.average_precision},
                                    {"balanced_accuracy", m.balanced_accuracy},
                                    {"mcc", m.mcc},
                                    {"brier", m.brier},
                                    {"calibration_error", m.calibration_error},
                                    {"set_coverage", f.covered}};
    }
    return nlohmann::ordered_json{{"rows", f.rows},
                                  {"mae_" + unit, f.metrics.mae},
                                  {"rmse_" + unit, f.metrics.rmse},
                                  {"r2", f.metrics.r2},
                                  {"rank_correlation", f.rank_correlation},
                                  {"coverage", f.covered},
                                  {"interval_width_" + unit, f.interval_width}};
  };
  nlohmann::ordered_json json{
      {"known_rows", result.known_rows}, {"known_substances", result.known_substances}, {"all", figures(result.all)}};
  if (result.fresh) {
    json["new"] = figures(*result.fresh);
  }
  return json;
}

}  // namespace epitaxy::transfer
