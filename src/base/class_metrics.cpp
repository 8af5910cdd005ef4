#include "base/class_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
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

}  // namespace epitaxy::statistics
