#include "transfer/variant_intervals.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_number.h"
#include "base/statistics.h"
#include "data/units.h"

namespace epitaxy::transfer {

namespace {

/// Counts the rows with a label; `spreads` [rows] may be empty.
void measure(MeasuredIntervals& intervals, const std::vector<double>& labels, const std::vector<double>& spreads) {
  std::vector<double> widths;
  std::vector<std::pair<double, bool>> rows;
  double covered = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (std::isnan(labels[i])) {
      continue;
    }
    const bool inside = labels[i] >= intervals.low[i] && labels[i] <= intervals.high[i];
    covered += inside ? 1 : 0;
    widths.push_back(intervals.high[i] - intervals.low[i]);
    if (!spreads.empty()) {
      rows.emplace_back(spreads[i], inside);
    }
  }
  intervals.covered = covered / static_cast<double>(widths.size());
  intervals.width = widths.empty() ? std::nan("") : statistics::upper_median(widths);
  intervals.quarters = covered_by_spread(std::move(rows));
}

}  // namespace

VariantIntervals make_intervals(const TransferData& data, const FinetuneSettings& settings, std::size_t variant,
                                const std::vector<Job>& jobs, const std::vector<JobResult>& results,
                                const std::vector<double>& prediction, const std::vector<double>& deviation) {
  VariantIntervals result;
  EnsembleIntervals& model = result.model;
  model.coverage = settings.coverage;
  std::vector<const std::vector<double>*> test;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    if (jobs[j].variant == variant) {
      model.member_fold.push_back(jobs[j].fold);
      test.push_back(&results[j].test_predictions);
    }
  }
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    if (!std::isnan(data.labels[i])) {
      rows.push_back(i);
      model.errors.push_back(prediction[i] - data.labels[i]);
      model.spreads.push_back(std::isnan(deviation[i]) ? 0 : deviation[i]);
      model.folds.push_back(data.fold[i]);
    }
  }
  model.scale = choose_scale(model.errors, model.spreads, model.folds, model.coverage);

  MeasuredIntervals& own = result.out_of_fold;
  own.low.assign(data.labels.size(), std::nan(""));
  own.high = own.low;
  const auto halves = held_out_halves(model.errors, model.spreads, model.folds, model.coverage);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    own.low[rows[k]] = prediction[rows[k]] - halves[k];
    own.high[rows[k]] = prediction[rows[k]] + halves[k];
  }
  const bool has_spread = std::ranges::any_of(model.spreads, [](double spread) { return spread > 0; });
  measure(own, data.labels, has_spread ? deviation : std::vector<double>());

  for (std::size_t i = 0; i < data.test_labels.size(); ++i) {
    std::vector<double> predicted;
    for (const std::vector<double>* member : test) {
      predicted.push_back((*member)[i]);
    }
    const statistics::Interval interval = model.of(predicted);
    result.test.low.push_back(interval.low);
    result.test.high.push_back(interval.high);
  }
  measure(result.test, data.test_labels, {});
  return result;
}

nlohmann::ordered_json to_json(const MeasuredIntervals& intervals, const models::Head& head) {
  nlohmann::ordered_json json{{"coverage", json_number(intervals.covered)},
                              {"width_" + data::unit_suffix(head.unit), json_number(intervals.width)}};
  if (!intervals.quarters.empty()) {
    json["coverage_by_spread"] = intervals.quarters;
  }
  return json;
}

}  // namespace epitaxy::transfer
