#include "base/class_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "base/statistics.h"

namespace epitaxy::statistics {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kSmallest = 1e-15;

}  // namespace

ClassMetrics class_metrics(std::span<const double> truth, std::span<const double> probabilities, std::size_t classes) {
  check(truth.size() * classes == probabilities.size(), "a row has a probability for each class");
  ClassMetrics m;
  double right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const auto row = probabilities.subspan(i * classes, classes);
    if (std::isnan(truth[i]) || std::isnan(row.front())) {
      continue;
    }
    const auto own = static_cast<std::size_t>(truth[i]);
    ++m.count;
    m.log_loss -= std::log(std::max(row[own], kSmallest));
    right += std::ranges::max_element(row) - row.begin() == static_cast<std::ptrdiff_t>(own) ? 1 : 0;
  }
  const auto count = static_cast<double>(m.count);
  m.log_loss = m.count > 0 ? m.log_loss / count : kNone;
  m.accuracy = m.count > 0 ? right / count : kNone;
  return m;
}

double area_under_roc(std::span<const double> truth, std::span<const double> scores) {
  check(truth.size() == scores.size(), "a row has a score");
  std::vector<double> own;
  std::vector<bool> is_one;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (!std::isnan(truth[i]) && !std::isnan(scores[i])) {
      own.push_back(scores[i]);
      is_one.push_back(truth[i] == 1);
    }
  }
  const auto ones = static_cast<double>(std::ranges::count(is_one, true));
  const auto zeros = static_cast<double>(is_one.size()) - ones;
  if (ones == 0 || zeros == 0) {
    return kNone;
  }
  const auto ranks = mean_ranks(own);
  double sum = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    sum += is_one[i] ? ranks[i] : 0;
  }
  return (sum - ones * (ones + 1) / 2) / (ones * zeros);
}

namespace {

/// Equal scores are one step.
double average_precision(std::span<const double> truth, std::span<const double> scores) {
  std::vector<std::size_t> order(truth.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  const auto ones = static_cast<double>(std::ranges::count(truth, 1.0));
  double found = 0;
  double area = 0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    double more = 0;
    while (last < order.size() && scores[order[last]] == scores[order[first]]) {
      more += truth[order[last++]];
    }
    found += more;
    area += more / ones * found / static_cast<double>(last);
    first = last;
  }
  return ones > 0 ? area : kNone;
}

double calibration_error(std::span<const double> truth, std::span<const double> probabilities) {
  constexpr std::size_t kParts = 10;
  std::array<double, kParts> difference{};
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double part = std::clamp(probabilities[i], 0.0, 1.0) * kParts;
    difference[std::min(static_cast<std::size_t>(part), kParts - 1)] += probabilities[i] - truth[i];
  }
  double sum = 0;
  for (const double of_part : difference) {
    sum += std::abs(of_part);
  }
  return sum / static_cast<double>(truth.size());
}

/// How often each class was answered as each class.
struct Confusion {
  double counts[2][2] = {{0, 0}, {0, 0}};  ///< [truth][answer]

  double of_truth(int k) const { return counts[k][0] + counts[k][1]; }
  double of_answer(int k) const { return counts[0][k] + counts[1][k]; }
  double balanced_accuracy() const {
    return of_truth(0) > 0 && of_truth(1) > 0 ? (counts[0][0] / of_truth(0) + counts[1][1] / of_truth(1)) / 2 : kNone;
  }
  double mcc() const {
    if (of_truth(0) == 0 || of_truth(1) == 0) {
      return kNone;
    }
    const double product = of_truth(0) * of_truth(1) * of_answer(0) * of_answer(1);
    return product > 0 ? (counts[0][0] * counts[1][1] - counts[0][1] * counts[1][0]) / std::sqrt(product) : 0;
  }
};

}  // namespace

BinaryMetrics binary_metrics(std::span<const double> truth, std::span<const double> probabilities,
                             std::span<const double> thresholds) {
  check(truth.size() == probabilities.size() && truth.size() == thresholds.size(), "a row has a probability");
  if (truth.empty()) {
    return {0, kNone, kNone, kNone, kNone, kNone, kNone};
  }
  BinaryMetrics m{truth.size(), area_under_roc(truth, probabilities), average_precision(truth, probabilities)};
  Confusion confusion;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    ++confusion.counts[truth[i] == 1 ? 1 : 0][probabilities[i] > thresholds[i] ? 1 : 0];
    m.brier += (probabilities[i] - truth[i]) * (probabilities[i] - truth[i]) / static_cast<double>(truth.size());
  }
  m.balanced_accuracy = confusion.balanced_accuracy();
  m.mcc = confusion.mcc();
  m.calibration_error = calibration_error(truth, probabilities);
  return m;
}

}  // namespace epitaxy::statistics
