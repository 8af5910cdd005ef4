#include "transfer/difference_report.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/regression_metrics.h"
#include "base/statistics.h"
#include "base/table.h"
#include "transfer/ensemble.h"

namespace epitaxy::transfer {

namespace {

using statistics::regression_metrics;
using statistics::RegressionMetrics;

const DifferenceRows& predicted_rows(const DifferenceData& data, const DifferenceSettings& settings) {
  return settings.has_test() ? data.test : data.rows;
}

std::vector<double> truth_of(const DifferenceRows& rows, const DifferenceResult& result) {
  std::vector<double> truth;
  for (const std::int64_t row : result.rows) {
    truth.push_back(rows.measured[static_cast<std::size_t>(row)]);
  }
  return truth;
}

constexpr double kLeastProbability = 1e-99;

std::string probability_text(double p) {
  return std::isnan(p) ? "" : p < kLeastProbability ? fmt::format("<{}", kLeastProbability) : fmt::format("{:.2g}", p);
}

void add_importances(std::vector<double>& sum, const std::vector<double>& more, double weight) {
  sum.resize(std::max(sum.size(), more.size()), 0);
  for (std::size_t i = 0; i < more.size(); ++i) {
    sum[i] += weight * more[i];
  }
}

/// What the jobs of one result say together.
class Summary {
 public:
  Summary(const DifferenceRows& rows, WayResult& result) : rows_(rows), result_(result) {}

  void add(const DifferenceJob& job, const DifferenceResult& found) {
    const auto truth = truth_of(rows_, found);
    auto& predicted = by_seed_[job.seed];
    predicted.resize(rows_.count(), std::nan(""));
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const double error = std::abs(truth[i] - found.prediction.value[i]);
      predicted[static_cast<std::size_t>(found.rows[i])] = found.prediction.value[i];
      covered_ += truth[i] >= found.prediction.low[i] && truth[i] <= found.prediction.high[i] ? 1 : 0;
      widths_.push_back(found.prediction.high[i] - found.prediction.low[i]);
      if (!found.prediction.deviation.empty()) {
        errors_.push_back(error);
        deviations_.push_back(found.prediction.deviation[i]);
      }
    }
    maes_.push_back(regression_metrics(truth, found.prediction.value).mae);
    inner_.push_back(inner_mae(found));
  }

  void finish() {
    std::vector<RegressionMetrics> metrics;
    std::vector<double> ranks;
    for (const auto& [seed, predicted] : by_seed_) {
      ranks.push_back(rank_correlation(predicted));
      metrics.push_back(regression_metrics(rows_.measured, predicted));
    }
    result_.metrics = statistics::average(metrics);
    result_.rank_correlation = statistics::mean(ranks);
    result_.mae_deviation = statistics::spread(maes_).deviation;
    result_.inner_mae = statistics::spread(inner_).mean;
    result_.covered = covered_ / static_cast<double>(widths_.size());
    result_.interval_width = statistics::upper_median(std::move(widths_));
    result_.spread_correlation = deviations_.empty() ? std::nan("")
                                                     : statistics::correlation(statistics::ordinal_ranks(errors_),
                                                                               statistics::ordinal_ranks(deviations_));
  }

 private:
  /// Over the rows that are predicted: by time not all are.
  double rank_correlation(const std::vector<double>& predicted) const {
    std::vector<double> truth;
    std::vector<double> values;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
      if (!std::isnan(predicted[i])) {
        truth.push_back(rows_.measured[i]);
        values.push_back(predicted[i]);
      }
    }
    return statistics::rank_correlation(truth, values);
  }

  const DifferenceRows& rows_;
  WayResult& result_;
  std::map<std::uint64_t, std::vector<double>> by_seed_;
  std::vector<double> maes_, inner_, widths_, errors_, deviations_;
  double covered_ = 0;
};

WayResult summarize(const DifferenceRows& rows, const DifferenceSettings& settings, WayResult result,
                    const std::vector<DifferenceJob>& jobs, const std::vector<DifferenceResult>& results) {
  Summary summary(rows, result);
  for (const std::size_t j : result.jobs) {
    summary.add(jobs[j], results[j]);
    add_importances(result.importances, results[j].importances, 1.0 / static_cast<double>(result.jobs.size()));
  }
  summary.finish();
  result.learner_name = settings.ways[result.way].learns ? settings.learners[result.learner].name : "";
  return result;
}

/// Absolute errors of each row, averaged over the seeds.
std::vector<double> mean_errors(const DifferenceRows& rows, const WayResult& result,
                                const std::vector<DifferenceResult>& results) {
  std::vector<double> errors(rows.count(), 0);
  for (const std::size_t j : result.jobs) {
    for (std::size_t i = 0; i < results[j].rows.size(); ++i) {
      const auto row = static_cast<std::size_t>(results[j].rows[i]);
      errors[row] +=
          std::abs(rows.measured[row] - results[j].prediction.value[i]) / static_cast<double>(result.jobs.size());
    }
  }
  return errors;
}

}  // namespace

statistics::PairedTest compare_ways(const DifferenceData& data, const DifferenceSettings& settings,
                                    const WayResult& result, const WayResult& other,
                                    const std::vector<DifferenceResult>& results) {
  const DifferenceRows& rows = predicted_rows(data, settings);
  std::vector<double> differences;
  if (settings.has_test()) {
    const auto own = mean_errors(rows, result, results);
    const auto theirs = mean_errors(rows, other, results);
    for (std::size_t i = 0; i < own.size(); ++i) {
      differences.push_back(own[i] - theirs[i]);
    }
    return statistics::paired_t_test(differences);
  }
  check(result.jobs.size() == other.jobs.size(), "ways with the same folds");
  for (std::size_t i = 0; i < result.jobs.size(); ++i) {
    const DifferenceResult& a = results[result.jobs[i]];
    const DifferenceResult& b = results[other.jobs[i]];
    differences.push_back(regression_metrics(truth_of(rows, a), a.prediction.value).mae -
                          regression_metrics(truth_of(rows, b), b.prediction.value).mae);
  }
  return statistics::resampled_t_test(differences, 1.0 / (settings.folds - 1));
}

const WayResult* DifferenceReport::find(const std::string& way, const std::string& learner, std::size_t labels) const {
  for (const WayResult& result : results) {
    if (result.way_name == way && result.labels == labels &&
        (result.learner_name == learner || result.learner_name.empty())) {
      return &result;
    }
  }
  return nullptr;
}

DifferenceReport make_report(const DifferenceData& data, const DifferenceSettings& settings,
                             const std::vector<DifferenceJob>& jobs, const std::vector<DifferenceResult>& results) {
  using Key = std::tuple<std::size_t, bool, std::size_t, std::size_t>;  // labels, learns, learner, way
  std::map<Key, WayResult> found;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    const Way& way = settings.ways[jobs[j].way];
    WayResult& result = found[{jobs[j].labels, way.learns, jobs[j].learner, jobs[j].way}];
    result.way = jobs[j].way;
    result.way_name = way.name;
    result.learner = jobs[j].learner;
    result.labels = jobs[j].labels;
    result.jobs.push_back(j);
  }
  const DifferenceRows& rows = predicted_rows(data, settings);
  DifferenceReport report;
  for (const auto& [key, result] : found) {
    report.results.push_back(summarize(rows, settings, result, jobs, results));
  }
  const std::size_t most_labels = report.results.back().labels;
  for (std::size_t r = 0; r < report.results.size(); ++r) {
    WayResult& result = report.results[r];
    const WayResult* direct = report.find("direct", result.learner_name, result.labels);
    const WayResult* line = report.find("cheap_linear", result.learner_name, result.labels);
    const statistics::PairedTest none{std::nan(""), std::nan("")};
    const bool learns = !result.learner_name.empty();
    result.against_direct = direct != nullptr && learns ? compare_ways(data, settings, result, *direct, results) : none;
    result.against_line = line != nullptr ? compare_ways(data, settings, result, *line, results) : none;
    WayResult& best = report.results[report.best];
    if (result.labels == most_labels && (best.labels != most_labels || result.inner_mae < best.inner_mae)) {
      report.best = r;
    }
  }
  return report;
}

std::vector<std::string> verdicts(const DifferenceReport& report, const DifferenceData& data,
                                  const DifferenceSettings& settings) {
  const WayResult& best = report.results[report.best];
  // With the learner that the best way has, or the one whose direct learning is best.
  std::string learner = best.learner_name;
  const WayResult* direct = nullptr;
  for (const WayResult& result : report.results) {
    if (result.way_name == "direct" && result.labels == best.labels &&
        (learner.empty() ? direct == nullptr || result.inner_mae < direct->inner_mae
                         : result.learner_name == learner)) {
      direct = &result;
    }
  }
  std::vector<std::string> sentences;
  if (direct == nullptr) {
    return sentences;
  }
  constexpr double kSure = 0.05;
  for (const Way& way : settings.ways) {
    const WayResult* result = report.find(way.name, direct->learner_name, best.labels);
    if (result == nullptr || !way.learns || way.name == "direct") {
      continue;
    }
    const statistics::PairedTest& test = result->against_direct;
    const bool helps = test.mean < 0;
    const char* says = !(test.p < kSure) ? "makes no difference that these rows could show" : helps ? "helps" : "harms";
    sentences.push_back(fmt::format("{} {} ({}): {:.4g} against {:.4g} {} direct, p {} {:.2g}", way.name, says,
                                    direct->learner_name, result->metrics.mae, direct->metrics.mae, data.unit,
                                    test.p < kLeastProbability ? "<" : "=", std::max(test.p, kLeastProbability)));
  }
  return sentences;
}

namespace {

text::Table result_table(const DifferenceReport& report) {
  text::Table table({{"learner", text::Align::left, 18},
                     {"way", text::Align::left, 18},
                     {"MAE", text::Align::right, 8},
                     {"+-", text::Align::right, 8},
                     {"RMSE", text::Align::right, 8},
                     {"R2", text::Align::right, 7},
                     {"inner", text::Align::right, 8},
                     {"covered", text::Align::right, 8},
                     {"width", text::Align::right, 8},
                     {"p(direct)", text::Align::right, 10},
                     {"p(line)", text::Align::right, 10},
                     {"", text::Align::left, 0, 2}});
  const auto figure = [](double value) { return std::isnan(value) ? "" : fmt::format("{:.4f}", value); };
  std::size_t labels = 0;
  for (std::size_t r = 0; r < report.results.size(); ++r) {
    const WayResult& w = report.results[r];
    if (w.labels != labels) {
      labels = w.labels;
      table.line(fmt::format("{} labels", labels));
    }
    table.row({w.learner_name.empty() ? "-" : w.learner_name, w.way_name, fmt::format("{:.4f}", w.metrics.mae),
               figure(w.mae_deviation), fmt::format("{:.4f}", w.metrics.rmse), fmt::format("{:.4f}", w.metrics.r2),
               fmt::format("{:.4f}", w.inner_mae), fmt::format("{:.3f}", w.covered),
               fmt::format("{:.3g}", w.interval_width), probability_text(w.against_direct.p),
               probability_text(w.against_line.p), r == report.best ? "chosen" : ""});
  }
  return table;
}

}  // namespace

std::string report_table(const DifferenceReport& report, const DifferenceData& data,
                         const DifferenceSettings& settings) {
  std::string text =
      fmt::format("{}, {} rows, {}, {}\n", data.measured, report.results.front().metrics.count,
                  settings.has_test() ? "test rows" : fmt::format("{} folds", settings.folds), data.unit);
  text += result_table(report).text();
  text += fmt::format(
      "+-: over folds and seeds; inner: MAE of the cross-validation inside training parts, which chooses; covered, "
      "width: intervals for {:.0f} %; p: {} of the MAE against direct learning and the line",
      100 * settings.coverage,
      settings.has_test() ? "paired t-test over rows" : "corrected resampled t-test over folds");
  for (const auto& sentence : verdicts(report, data, settings)) {
    text += "\n" + sentence;
  }
  return text;
}

}  // namespace epitaxy::transfer
