#include "transfer/row_curve.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/statistics.h"
#include "train/run_files.h"
#include "transfer/greedy.h"

namespace epitaxy::transfer {

namespace {

constexpr std::array<int, 2> kShares{50, 25};
constexpr int kFolds = 3;
/// Groups in the smallest part, for each inner fold.
constexpr std::size_t kFewestGroups = 4;
/// Less than this is no gain.
constexpr double kFlat = 0.02;

int folds_of(const DifferenceSettings& settings) { return std::min(kFolds, settings.folds); }

/// Of the ensemble of one part: what choices make small.
double error_of(const DifferenceData& data, const DifferenceSettings& settings, const DifferenceResult& result) {
  std::vector<double> errors;
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    errors.push_back(result.prediction.value[i] - data.rows.measured[static_cast<std::size_t>(result.rows[i])]);
  }
  return mean_loss(errors, settings.loss());
}

struct PartOfCurve {
  double rows = 0;
  double error = 0;
};

/// By fold, of the ensembles of one share.
std::vector<PartOfCurve> parts_of(const DifferenceData& data, DifferenceSettings settings,
                                  const std::vector<DifferenceJob>& jobs, const std::vector<DifferenceResult>& results,
                                  int share) {
  std::vector<DifferenceJob> its_jobs;
  std::vector<DifferenceResult> its_results;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    if (jobs[j].share == share && jobs[j].fold < folds_of(settings) && jobs[j].seed == settings.seeds.front()) {
      its_jobs.push_back(jobs[j]);
      its_results.push_back(results[j]);
    }
  }
  const std::size_t count = its_jobs.size();
  add_ensembles(settings, its_jobs, its_results);
  std::vector<PartOfCurve> parts;
  for (std::size_t e = count; e < its_jobs.size(); ++e) {
    const auto rows = static_cast<double>(split_rows(data, settings, its_jobs[e]).train.size());
    parts.push_back({rows, error_of(data, settings, its_results[e])});
  }
  return parts;
}

std::string percent(double share) { return fmt::format("{:.0f}", 100 * share); }

}  // namespace

std::vector<DifferenceJob> list_curve_jobs(const DifferenceSettings& settings, const DifferenceData& data) {
  const auto jobs = list_share_jobs(settings, folds_of(settings), kShares);
  for (const DifferenceJob& job : jobs) {
    const SplitUnits units = data.rows.units(split_rows(data, settings, job).train);
    const std::set<std::string_view> groups(units.groups.begin(), units.groups.end());
    if (groups.size() < kFewestGroups * static_cast<std::size_t>(settings.inner_folds)) {
      return {};
    }
  }
  return jobs;
}

double RowCurve::saved(double exponent) { return 1 - std::pow(2, -exponent); }

std::string RowCurve::verdict() const {
  const double low = saved(exponent - deviation);
  const double high = saved(exponent + deviation);
  if (high < kFlat) {
    return "the curve is flat: more rows of this kind would hardly help";
  }
  if (low <= 0) {
    return fmt::format("what twice the rows would give is uncertain: between {} % more and {} % less error",
                       percent(-low), percent(high));
  }
  return fmt::format("twice the rows would give about {} % less error ({} to {} %)", percent(saved(exponent)),
                     percent(low), percent(high));
}

std::optional<RowCurve> make_row_curve(const DifferenceData& data, const DifferenceSettings& settings,
                                       const std::vector<DifferenceJob>& jobs,
                                       const std::vector<DifferenceResult>& results) {
  RowCurve curve;
  curve.folds = folds_of(settings);
  std::vector<std::vector<double>> rows(static_cast<std::size_t>(curve.folds));
  auto errors = rows;  // [folds][shares], logarithms
  for (const int share : {25, 50, 100}) {
    RowCurvePoint point{share, 0, 0};
    const auto parts = parts_of(data, settings, jobs, results, share);
    for (std::size_t fold = 0; fold < parts.size(); ++fold) {
      if (parts[fold].error == 0) {
        return std::nullopt;
      }
      point.rows += parts[fold].rows / static_cast<double>(parts.size());
      point.error += parts[fold].error / static_cast<double>(parts.size());
      rows[fold].push_back(std::log(parts[fold].rows));
      errors[fold].push_back(std::log(parts[fold].error));
    }
    curve.points.push_back(point);
  }
  std::vector<double> exponents;
  for (std::size_t fold = 0; fold < rows.size(); ++fold) {
    exponents.push_back(-statistics::StraightLine::fit(rows[fold], errors[fold]).slope);
  }
  const statistics::Estimate estimate = statistics::estimate(exponents);
  curve.exponent = estimate.mean;
  curve.deviation = estimate.error;
  return curve;
}

std::string curve_text(const RowCurve& curve, const DifferenceData& data) {
  std::string text = fmt::format("error of the ensemble with fewer rows ({} folds):", curve.folds);
  for (const RowCurvePoint& point : curve.points) {
    text += fmt::format(" {:.0f} rows {:.4g},", point.rows, point.error);
  }
  text.back() = ' ';
  return text + fmt::format("{}\n{}", data.classes.empty() ? data.unit : "(squared)", curve.verdict());
}

nlohmann::ordered_json to_json(const RowCurve& curve, const DifferenceData& data) {
  const std::string name = data.classes.empty() ? "mae_" + train::unit_suffix(data.unit) : "mean_squared_error";
  nlohmann::ordered_json json{{"folds", curve.folds},
                              {"exponent", curve.exponent},
                              {"exponent_error", curve.deviation},
                              {"saved_by_twice_the_rows", RowCurve::saved(curve.exponent)},
                              {"verdict", curve.verdict()}};
  for (const RowCurvePoint& point : curve.points) {
    json["points"].push_back({{"share", point.share / 100.0}, {"rows", point.rows}, {name, point.error}});
  }
  return json;
}

}  // namespace epitaxy::transfer
