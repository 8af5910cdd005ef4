#include "transfer/class_report.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/statistics.h"
#include "base/table.h"
#include "base/text.h"
#include "transfer/learned_way.h"

namespace epitaxy::transfer {

namespace {

using Json = nlohmann::ordered_json;
using statistics::BinaryMetrics;

constexpr std::size_t kWorstClassRows = 10;

ClassPrediction calibrated(const FitResult& fit, const DifferenceData& data, std::size_t job) {
  const DifferenceResult& found = fit.results[job];
  std::vector<double> labels;
  const auto train = split_rows(data, fit.settings, fit.jobs[job]).train;
  for (const std::size_t i : inner_rows(data, fit.settings, fit.jobs[job], train)) {
    labels.push_back(data.rows.measured[i]);
  }
  const auto scores = scores_of(labels, found.inner_errors);
  return ClassPrediction::of(ClassCalibration::fit(scores, labels, fit.settings.coverage), found.prediction.value);
}

/// What was said of rows, and what they are.
struct Judged {
  std::vector<double> truth, probability, threshold;

  void add(const DifferenceData& data, const DifferenceResult& found, const ClassPrediction& prediction) {
    for (const std::int64_t row : found.rows) {
      truth.push_back(data.rows.measured[static_cast<std::size_t>(row)]);
    }
    probability.insert(probability.end(), prediction.probability.begin(), prediction.probability.end());
    threshold.insert(threshold.end(), prediction.threshold.begin(), prediction.threshold.end());
  }
  BinaryMetrics metrics() const { return statistics::binary_metrics(truth, probability, threshold); }
};

/// By job of a learner.
std::vector<BinaryMetrics> fold_metrics(const WayResult& way, const ClassResult& result, const FitResult& fit,
                                        const DifferenceData& data) {
  std::vector<BinaryMetrics> metrics;
  for (const std::size_t j : way.jobs) {
    Judged judged;
    judged.add(data, fit.results[j], result.predictions[j]);
    metrics.push_back(judged.metrics());
  }
  return metrics;
}

BinaryMetrics mean_of(const std::vector<BinaryMetrics>& all) {
  BinaryMetrics mean{all.front().count};
  const auto count = static_cast<double>(all.size());
  for (const BinaryMetrics& m : all) {
    mean.roc_auc += m.roc_auc / count;
    mean.average_precision += m.average_precision / count;
    mean.balanced_accuracy += m.balanced_accuracy / count;
    mean.mcc += m.mcc / count;
    mean.brier += m.brier / count;
    mean.calibration_error += m.calibration_error / count;
  }
  return mean;
}

ClassFigures figures_of(const WayResult& way, const ClassResult& result, const FitResult& fit,
                        const DifferenceData& data) {
  std::map<std::uint64_t, Judged> by_seed;
  for (const std::size_t j : way.jobs) {
    by_seed[fit.jobs[j].seed].add(data, fit.results[j], result.predictions[j]);
  }
  std::vector<BinaryMetrics> of_seeds;
  for (const auto& [seed, judged] : by_seed) {
    of_seeds.push_back(judged.metrics());
  }
  ClassFigures figures{mean_of(of_seeds), 0, {0, std::nan("")}};
  const auto folds = fold_metrics(way, result, fit, data);
  std::vector<double> aucs;
  for (const BinaryMetrics& m : folds) {
    if (!std::isnan(m.roc_auc)) {
      aucs.push_back(m.roc_auc);
    }
  }
  figures.auc_deviation = statistics::spread(aucs).deviation;
  if (&way != &fit.ensemble()) {
    const auto others = fold_metrics(fit.ensemble(), result, fit, data);
    std::vector<double> differences;
    for (std::size_t f = 0; f < folds.size(); ++f) {
      differences.push_back(folds[f].brier - others[f].brier);
    }
    figures.against_ensemble = statistics::resampled_t_test(differences, 1.0 / (fit.settings.folds - 1));
  }
  return figures;
}

/// How often the sets of the ensemble hold the true class.
void measure_sets(ClassResult& result, const FitResult& fit, const DifferenceData& data) {
  std::array<double, 2> rows{};
  double single = 0;
  for (const std::size_t j : fit.ensemble().jobs) {
    for (std::size_t i = 0; i < fit.results[j].rows.size(); ++i) {
      const auto truth = static_cast<std::size_t>(data.rows.measured[static_cast<std::size_t>(fit.results[j].rows[i])]);
      const std::uint32_t set = result.predictions[j].set[i];
      ++rows[truth];
      result.covered[truth] += (set >> truth) & 1U;
      single += set == 1 || set == 2 ? 1 : 0;
    }
  }
  result.single = single / (rows[0] + rows[1]);
  result.covered[0] /= rows[0];
  result.covered[1] /= rows[1];
}

std::size_t count_contradictions(const DifferenceData& data) {
  std::map<std::string, std::set<double>> seen;
  for (std::size_t i = 0; i < data.rows.count(); ++i) {
    seen[data.rows.text(i)].insert(data.rows.measured[i]);
  }
  return static_cast<std::size_t>(std::ranges::count_if(seen, [](const auto& s) { return s.second.size() > 1; }));
}

/// Rows that the ensemble is surest of and wrong about.
struct WorstClassRow {
  std::size_t row;
  double probability;  ///< Of the second class, mean over seeds.
};

std::vector<WorstClassRow> worst_class_rows(const ClassResult& result, const FitResult& fit,
                                            const DifferenceData& data) {
  std::vector<WorstClassRow> rows;
  std::map<std::size_t, std::pair<double, double>> sums;  // of the probabilities, and their number
  for (const std::size_t j : fit.ensemble().jobs) {
    for (std::size_t i = 0; i < fit.results[j].rows.size(); ++i) {
      auto& [sum, count] = sums[static_cast<std::size_t>(fit.results[j].rows[i])];
      sum += result.predictions[j].probability[i];
      ++count;
    }
  }
  for (const auto& [row, of] : sums) {
    rows.push_back({row, of.first / of.second});
  }
  const auto error = [&](const WorstClassRow& r) { return std::abs(r.probability - data.rows.measured[r.row]); };
  std::erase_if(rows, [&](const WorstClassRow& r) { return error(r) <= 0.5; });
  std::ranges::stable_sort(rows, [&](const auto& a, const auto& b) { return error(a) > error(b); });
  rows.resize(std::min(rows.size(), kWorstClassRows));
  return rows;
}

const std::string& class_of(const DifferenceData& data, const DifferenceRows& rows, std::size_t row) {
  return data.classes[static_cast<std::size_t>(rows.measured[row])];
}

std::string shown(double value) { return std::isnan(value) ? "" : fmt::format("{:.4f}", value); }

text::Table table_of_classes(const ClassResult& result, const FitResult& fit) {
  text::Table table({{"learner", text::Align::left, 18},
                     {"way", text::Align::left, 8},
                     {"ROC AUC", text::Align::right, 8},
                     {"+-", text::Align::right, 7},
                     {"PR AUC", text::Align::right, 8},
                     {"bal. acc.", text::Align::right, 9},
                     {"MCC", text::Align::right, 7},
                     {"Brier", text::Align::right, 7},
                     {"calib.", text::Align::right, 7},
                     {"weight", text::Align::right, 7},
                     {"p(ensemble)", text::Align::right, 11}});
  for (std::size_t r = 0; r < fit.report.results.size(); ++r) {
    const WayResult& w = fit.report.results[r];
    const ClassFigures& f = result.figures[r];
    const bool is_ensemble = &w == &fit.ensemble();
    table.row({w.learner_name, w.way_name, shown(f.metrics.roc_auc), shown(f.auc_deviation),
               shown(f.metrics.average_precision), shown(f.metrics.balanced_accuracy), shown(f.metrics.mcc),
               shown(f.metrics.brier), shown(f.metrics.calibration_error),
               is_ensemble ? "" : fmt::format("{:.2f}", fit.weights[r]),
               is_ensemble ? "" : fmt::format("{:.2g}", f.against_ensemble.p)});
  }
  return table;
}

}  // namespace

ClassPrediction ClassPrediction::of(const ClassCalibration& calibration, const std::vector<double>& scores) {
  ClassPrediction prediction;
  for (const double score : scores) {
    prediction.probability.push_back(calibration.probability(score));
    prediction.threshold.push_back(calibration.threshold);
    prediction.set.push_back(calibration.set(prediction.probability.back()));
  }
  return prediction;
}

std::vector<double> scores_of(const std::vector<double>& labels, const std::vector<double>& errors) {
  std::vector<double> scores;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    scores.push_back(labels[i] + errors[i]);
  }
  return scores;
}

ClassResult make_class_result(const FitResult& fit, const DifferenceData& data) {
  ClassResult result;
  for (std::size_t j = 0; j < fit.jobs.size(); ++j) {
    result.predictions.push_back(calibrated(fit, data, j));
  }
  for (const WayResult& way : fit.report.results) {
    result.figures.push_back(figures_of(way, result, fit, data));
  }
  const double second = statistics::mean(data.rows.measured);
  result.larger_class = std::max(second, 1 - second);
  measure_sets(result, fit, data);
  result.contradictions = count_contradictions(data);
  const auto ensemble = static_cast<std::size_t>(&fit.ensemble() - fit.report.results.data());
  result.learned = result.figures[ensemble].metrics.brier < second * (1 - second);
  return result;
}

std::string class_table(const ClassResult& result, const FitResult& fit, const DifferenceData& data) {
  const double second = statistics::mean(data.rows.measured);
  std::string text =
      fmt::format("{}, {} rows, {} folds, {:.1f} % {}, {:.1f} % {}\n", fit.target, data.rows.count(),
                  fit.settings.folds, 100 * (1 - second), data.classes[0], 100 * second, data.classes[1]);
  text += table_of_classes(result, fit).text();
  text += fmt::format(
      "out of fold; PR AUC: average precision of '{}' (its share by chance); bal. acc., MCC: of answers at its share; "
      "calib.: calibration error in ten parts; p: corrected resampled t-test of the Brier score",
      data.classes[1]);
  text += fmt::format(
      "\nsets for {:.0f} %: hold the class of {:.1f} % of '{}' and {:.1f} % of '{}'; {:.1f} % of the "
      "rows have one class alone",
      100 * fit.settings.coverage, 100 * result.covered[0], data.classes[0], 100 * result.covered[1], data.classes[1],
      100 * result.single);
  if (!result.learned) {
    text += fmt::format(
        "\nnothing was learned: the probabilities are no better than the classes' shares. The columns "
        "say nothing of {}, or the rows are too few",
        fit.target);
  }
  if (result.contradictions > 0) {
    text += fmt::format("\n{} substances stand in rows of both classes", result.contradictions);
  }
  const auto worst = worst_class_rows(result, fit, data);
  text += worst.empty() ? "" : "\nsurest of the wrong class (often typing errors):";
  for (const WorstClassRow& row : worst) {
    text += fmt::format("\n  line {:>6}: {}, with a probability of {:.3f} for '{}': {}", data.rows.set.line(row.row),
                        class_of(data, data.rows, row.row), row.probability, data.classes[1],
                        data.rows.set.source(row.row));
  }
  return text;
}

Json to_json(const ClassResult& result, const FitResult& fit, const DifferenceData& data) {
  using data::LeftOut;
  Json json{{"classes", data.classes},
            {"rows", data.rows.count()},
            {"share_of_second", statistics::mean(data.rows.measured)},
            {"without_value", data.left_out(LeftOut::unlabelled)},
            {"unreadable", data.left_out(LeftOut::unreadable)},
            {"folds", fit.settings.folds},
            {"seeds", fit.settings.seeds},
            {"coverage", fit.settings.coverage},
            {"learned", result.learned},
            {"larger_class", result.larger_class},
            {"set_coverage", result.covered},
            {"single_sets", result.single},
            {"contradictions", result.contradictions}};
  for (std::size_t r = 0; r < fit.report.results.size(); ++r) {
    const WayResult& w = fit.report.results[r];
    const BinaryMetrics& m = result.figures[r].metrics;
    Json entry{{"roc_auc", m.roc_auc},
               {"roc_auc_std", result.figures[r].auc_deviation},
               {"average_precision", m.average_precision},
               {"balanced_accuracy", m.balanced_accuracy},
               {"mcc", m.mcc},
               {"brier", m.brier},
               {"calibration_error", m.calibration_error}};
    if (&w == &fit.ensemble()) {
      json["ensemble"] = std::move(entry);
    } else {
      entry["weight"] = fit.weights[r];
      json["learners"][w.learner_name][w.way_name] = std::move(entry);
    }
  }
  for (const WorstClassRow& row : worst_class_rows(result, fit, data)) {
    json["worst_rows"].push_back({{"line", data.rows.set.line(row.row)},
                                  {"text", data.rows.set.source(row.row)},
                                  {"value", class_of(data, data.rows, row.row)},
                                  {"probability", row.probability}});
  }
  return json;
}

void add_predictions(train::CsvWriter& table, const ClassResult& result, const FitResult& fit,
                     const DifferenceData& data) {
  for (const std::size_t j : fit.ensemble().jobs) {
    add_predictions(table, result.predictions[j], data, data.rows, fit.results[j].rows,
                    std::to_string(fit.jobs[j].fold), fit.jobs[j].seed);
  }
}

void add_predictions(train::CsvWriter& table, const ClassPrediction& p, const DifferenceData& data,
                     const DifferenceRows& rows, std::span<const std::int64_t> which, const std::string& fold,
                     std::uint64_t seed) {
  for (std::size_t i = 0; i < which.size(); ++i) {
    const auto row = static_cast<std::size_t>(which[i]);
    table.row({rows.set.source(row), std::to_string(rows.set.line(row)), data.measured, "class", fold,
               std::to_string(seed), class_of(data, rows, row), data.classes[p.probability[i] > p.threshold[i] ? 1 : 0],
               "", "", "", "", train::csv_number(p.probability[i]), told_set(data.classes, p.set[i])});
  }
}

}  // namespace epitaxy::transfer
