#include "transfer/fit_report.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/statistics.h"
#include "base/table.h"
#include "transfer/greedy.h"

namespace epitaxy::transfer {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kWorstRows = 10;
constexpr std::size_t kFewRows = 50;

/// What the mean of the training rows says of those held out, seed by seed.
statistics::RegressionMetrics mean_predictor(const DifferenceData& data, const DifferenceSettings& settings) {
  std::vector<statistics::RegressionMetrics> metrics;
  for (const std::uint64_t seed : settings.seeds) {
    std::vector<double> predicted(data.rows.count(), std::nan(""));
    for (const data::TrainHeldOut& parts : split_by_folds(data, settings, seed)) {
      double sum = 0;
      for (const std::size_t i : parts.train) {
        sum += data.rows.measured[i];
      }
      for (const std::size_t i : parts.held_out) {
        predicted[i] = sum / static_cast<double>(parts.train.size());
      }
    }
    metrics.push_back(statistics::regression_metrics(data.rows.measured, predicted));
  }
  return statistics::average(metrics);
}

NoiseFloor noise_floor(const DifferenceData& data) {
  // At another temperature another value is no noise.
  std::map<std::pair<std::string, std::vector<double>>, std::vector<double>> values;
  for (std::size_t i = 0; i < data.rows.count(); ++i) {
    const auto given = data.rows.given_of(i);
    values[{data.rows.text(i), {given.begin(), given.end()}}].push_back(data.rows.measured[i]);
  }
  NoiseFloor floor;
  std::size_t rows = 0;
  for (const auto& [row, of] : values) {
    if (of.size() < 2) {
      continue;
    }
    ++floor.substances;
    const double sum = std::accumulate(of.begin(), of.end(), 0.0);
    for (const double value : of) {
      floor.mae += std::abs(value - (sum - value) / static_cast<double>(of.size() - 1));
      ++rows;
    }
  }
  floor.mae = rows > 0 ? floor.mae / static_cast<double>(rows) : 0;
  return floor;
}

/// The mean weight of each result in the ensembles.
std::vector<double> mean_weights(const FitResult& fit, const std::vector<std::vector<double>>& weights) {
  // The ensembles were appended in the order of their parts.
  const std::size_t count = fit.jobs.size() - weights.size();
  std::vector<double> by_job(fit.jobs.size(), 0);
  for (std::size_t e = 0; e < weights.size(); ++e) {
    const DifferenceJob& ensemble = fit.jobs[count + e];
    std::size_t next = 0;
    for (std::size_t j = 0; j < count; ++j) {
      if (fit.jobs[j].fold == ensemble.fold && fit.jobs[j].seed == ensemble.seed) {
        by_job[j] = weights[e][next++];
      }
    }
  }
  std::vector<double> result;
  for (const WayResult& way : fit.report.results) {
    double sum = 0;
    for (const std::size_t j : way.jobs) {
      sum += by_job[j];
    }
    result.push_back(sum / static_cast<double>(way.jobs.size()));
  }
  return result;
}

/// Of the ensembles' rows by quarters of their spread.
std::vector<double> coverage_by_spread(const FitResult& fit, const DifferenceData& data) {
  std::vector<std::pair<double, bool>> rows;
  for (const std::size_t j : fit.ensemble().jobs) {
    const WayPrediction& p = fit.results[j].prediction;
    for (std::size_t i = 0; i < p.deviation.size(); ++i) {
      const double value = data.rows.measured[static_cast<std::size_t>(fit.results[j].rows[i])];
      rows.emplace_back(p.deviation[i], value >= p.low[i] && value <= p.high[i]);
    }
  }
  return covered_by_spread(std::move(rows));
}

/// Of the ensembles; nothing where all rows count the same.
std::optional<double> weighted_mae(const FitResult& fit, const DifferenceData& data) {
  if (data.rows.weights.empty()) {
    return std::nullopt;
  }
  std::vector<double> errors;
  std::vector<double> weights;
  for (const std::size_t j : fit.ensemble().jobs) {
    for (std::size_t i = 0; i < fit.results[j].rows.size(); ++i) {
      const auto row = static_cast<std::size_t>(fit.results[j].rows[i]);
      errors.push_back(fit.results[j].prediction.value[i] - data.rows.measured[row]);
      weights.push_back(data.rows.weights[row]);
    }
  }
  return mean_absolute(errors, weights);
}

/// Of the ensembles, by the size of their error.
struct WorstRow {
  std::size_t row;
  double predicted;
};

std::vector<WorstRow> worst_rows(const FitResult& fit, const DifferenceData& data) {
  std::vector<double> sum(data.rows.count(), 0);
  std::vector<double> count(data.rows.count(), 0);
  for (const std::size_t j : fit.ensemble().jobs) {
    for (std::size_t i = 0; i < fit.results[j].rows.size(); ++i) {
      const auto row = static_cast<std::size_t>(fit.results[j].rows[i]);
      sum[row] += fit.results[j].prediction.value[i];
      count[row] += 1;
    }
  }
  std::vector<WorstRow> rows;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    if (count[i] > 0) {  // by time not every row is predicted
      rows.push_back({i, sum[i] / count[i]});
    }
  }
  const auto error = [&](const WorstRow& r) { return std::abs(r.predicted - data.rows.measured[r.row]); };
  std::ranges::stable_sort(rows, [&](const WorstRow& a, const WorstRow& b) { return error(a) > error(b); });
  rows.resize(std::min(rows.size(), kWorstRows));
  return rows;
}

std::string probability(double p) { return std::isnan(p) ? "" : fmt::format("{:.2g}", p); }

text::Table learner_table(const FitResult& fit, const DifferenceData& data) {
  text::Table table({{"learner", text::Align::left, 18},
                     {"way", text::Align::left, 8},
                     {"MAE", text::Align::right, 8},
                     {"+-", text::Align::right, 7},
                     {"RMSE", text::Align::right, 8},
                     {"R2", text::Align::right, 7},
                     {"rank", text::Align::right, 7},
                     {"covered", text::Align::right, 8},
                     {"width", text::Align::right, 8},
                     {"weight", text::Align::right, 7},
                     {"p(ensemble)", text::Align::right, 11}});
  const auto figure = [](double value) { return std::isnan(value) ? "" : fmt::format("{:.4f}", value); };
  for (std::size_t r = 0; r < fit.report.results.size(); ++r) {
    const WayResult& w = fit.report.results[r];
    const bool is_ensemble = &w == &fit.ensemble();
    const auto test = is_ensemble ? statistics::PairedTest{0, std::nan("")}
                                  : compare_ways(data, fit.settings, w, fit.ensemble(), fit.results);
    table.row({w.learner_name.empty() ? "-" : w.learner_name, w.way_name, figure(w.metrics.mae),
               figure(w.mae_deviation), figure(w.metrics.rmse), figure(w.metrics.r2), figure(w.rank_correlation),
               fmt::format("{:.3f}", w.covered), fmt::format("{:.3g}", w.interval_width),
               is_ensemble ? "" : fmt::format("{:.2f}", fit.weights[r]), probability(test.p)});
  }
  table.row(
      {"mean of the rows", "-", figure(fit.baseline.mae), "", figure(fit.baseline.rmse), figure(fit.baseline.r2)});
  return table;
}

/// What speaks against the figures, or against the table.
std::vector<std::string> doubts(const FitResult& fit, const DifferenceData& data) {
  std::vector<std::string> sentences;
  if (!fit.learned()) {
    sentences.push_back(fmt::format(
        "nothing was learned: the error is not below that of the mean of the rows. The columns say nothing of {}, or "
        "the rows are too few",
        fit.target));
  }
  if (data.rows.count() < kFewRows) {
    sentences.push_back(
        fmt::format("{} rows are few: the figures may differ much from those of new rows", data.rows.count()));
  }
  if (std::set<double>(data.rows.measured.begin(), data.rows.measured.end()).size() == 2) {
    sentences.push_back(
        fmt::format("{} has two values only, and is learned as a number: predictions lie between them", fit.target));
  }
  return sentences;
}

}  // namespace

const WayResult& FitResult::ensemble() const {
  const WayResult* found = report.find(kEnsemble, kEnsemble, 0);
  check(found != nullptr, "an ensemble of a fit");
  return *found;
}

FitResult make_fit_result(const DifferenceData& data, DifferenceSettings settings, std::vector<DifferenceJob> jobs,
                          std::vector<DifferenceResult> results) {
  FitResult fit;
  fit.target = data.measured;
  fit.unit = data.unit;
  fit.undo = data::transform_of(data.rows.set.index().preparation, data.measured, data.unit);
  fit.settings = std::move(settings);
  fit.jobs = std::move(jobs);
  fit.results = std::move(results);
  const auto weights = add_ensembles(fit.settings, fit.jobs, fit.results);
  fit.report = make_report(data, fit.settings, fit.jobs, fit.results);
  fit.weights = mean_weights(fit, weights);
  fit.baseline = mean_predictor(data, fit.settings);
  fit.noise = noise_floor(data);
  fit.weighted_mae = weighted_mae(fit, data);
  fit.quartiles = coverage_by_spread(fit, data);
  return fit;
}

std::string fit_table(const FitResult& fit, const DifferenceData& data) {
  std::string text =
      fmt::format("{}, {} rows, {} folds, {}\n", fit.target, data.rows.count(), fit.settings.folds, fit.unit);
  text += learner_table(fit, data).text();
  text += fmt::format(
      "+-: over folds and seeds; rank: Spearman's correlation; covered, width: intervals for {:.0f} %; weight: in the "
      "ensemble, mean over folds; p: corrected resampled t-test of the MAE against the ensemble's",
      100 * fit.settings.coverage);
  for (const std::string& doubt : doubts(fit, data)) {
    text += "\n" + doubt;
  }
  if (!fit.quartiles.empty()) {
    text += fmt::format("\ncovered where the ensemble's members agree most, ..., least: {:.3f}",
                        fmt::join(fit.quartiles, " "));
  }
  if (fit.weighted_mae) {
    text += fmt::format("\nMAE of the ensemble with rows counted by their weights: {:.4f}", *fit.weighted_mae);
  }
  if (fit.noise.substances > 0) {
    text += fmt::format(
        "\n{} substances stand in several rows, whose values differ by {:.4g} {} on average: no model "
        "of these rows can be better",
        fit.noise.substances, fit.noise.mae, fit.unit);
  }
  text += "\nfarthest from their out-of-fold predictions (often typing errors):";
  for (const WorstRow& worst : worst_rows(fit, data)) {
    text += fmt::format("\n  line {:>6}: {:.4g}, predicted {:.4g}: {}", data.rows.set.line(worst.row),
                        data.rows.measured[worst.row], worst.predicted, data.rows.set.source(worst.row));
  }
  return text;
}

Json to_json(const FitResult& fit, const DifferenceData& data) {
  using data::LeftOut;
  const std::string unit = train::unit_suffix(fit.unit);
  Json json{{"unit", fit.unit},
            {"rows", data.rows.count()},
            {"without_value", data.left_out(LeftOut::unlabelled)},
            {data.has_given() ? "without_inputs" : "without_cheap", data.left_out(LeftOut::incomplete)},
            {"unreadable", data.left_out(LeftOut::unreadable)},
            {"folds", fit.settings.folds},
            {"seeds", fit.settings.seeds},
            {"interval", fit.settings.coverage},
            {"learned", fit.learned()},
            {"mean_predictor", {{"mae_" + unit, fit.baseline.mae}, {"rmse_" + unit, fit.baseline.rmse}}}};
  for (std::size_t r = 0; r < fit.report.results.size(); ++r) {
    const WayResult& w = fit.report.results[r];
    Json entry{{"mae_" + unit, w.metrics.mae}, {"rmse_" + unit, w.metrics.rmse},
               {"r2", w.metrics.r2},           {"rank_correlation", w.rank_correlation},
               {"mae_std", w.mae_deviation},   {"inner_mae_" + unit, w.inner_mae},
               {"coverage", w.covered},        {"interval_width_" + unit, w.interval_width}};
    if (&w == &fit.ensemble()) {
      json["ensemble"] = std::move(entry);
    } else {
      entry["weight"] = fit.weights[r];
      json["learners"][w.learner_name.empty() ? "none" : w.learner_name][w.way_name] = std::move(entry);
    }
  }
  if (fit.weighted_mae) {
    json["ensemble"]["weighted_mae_" + unit] = *fit.weighted_mae;
  }
  json["coverage_by_spread"] = fit.quartiles;
  if (fit.noise.substances > 0) {
    json["repeats"] = {{"substances", fit.noise.substances}, {"mae_" + unit, fit.noise.mae}};
  }
  for (const WorstRow& worst : worst_rows(fit, data)) {
    json["worst_rows"].push_back({{"line", data.rows.set.line(worst.row)},
                                  {"text", data.rows.set.source(worst.row)},
                                  {"value", data.rows.measured[worst.row]},
                                  {"predicted", worst.predicted}});
  }
  return json;
}

train::CsvWriter predictions_table(const DifferenceData& data) {
  const chem::Substance& substance = *data.rows.set.index().substance;
  return train::CsvWriter({substance.text_name(), "line", "target", "unit", "fold", "seed", "value", "prediction",
                           "prediction_std", "low", "high", "error", "probability", "set"});
}

void add_predictions(train::CsvWriter& table, const FitResult& fit, const DifferenceData& data) {
  for (const std::size_t j : fit.ensemble().jobs) {
    add_predictions(table, fit, data.rows, fit.results[j].rows, fit.results[j].prediction,
                    std::to_string(fit.jobs[j].fold), fit.jobs[j].seed);
  }
}

void add_predictions(train::CsvWriter& table, const FitResult& fit, const DifferenceRows& rows,
                     std::span<const std::int64_t> which, const WayPrediction& p, const std::string& fold,
                     std::uint64_t seed) {
  const bool is_transformed = fit.undo.transform != data::Transform::none;
  const auto own = [&](double value) { return data::undo(fit.undo.transform, value); };
  for (std::size_t i = 0; i < which.size(); ++i) {
    const auto row = static_cast<std::size_t>(which[i]);
    double low = own(p.low[i]);
    double high = own(p.high[i]);
    if (low > high) {
      std::swap(low, high);
    }
    const double value = own(rows.measured[row]);
    table.row({rows.set.source(row), std::to_string(rows.set.line(row)), fit.target, fit.undo.inner, fold,
               std::to_string(seed), train::csv_number(value), train::csv_number(own(p.value[i])),
               train::csv_number(p.deviation.empty() || is_transformed ? std::nan("") : p.deviation[i]),
               train::csv_number(low), train::csv_number(high), train::csv_number(own(p.value[i]) - value), "", ""});
  }
}

}  // namespace epitaxy::transfer
