#include "transfer/class_calibration.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::transfer {

namespace {

constexpr int kMostSteps = 100;
constexpr double kSmallStep = 1e-10;
/// On the diagonal of the Hessian, so that it can be inverted where the scores are all alike.
constexpr double kRidge = 1e-9;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// Labels drawn toward each other by as much as one row more of either class would: certainty needs many rows.
struct SoftLabels {
  double zero, one;

  explicit SoftLabels(std::span<const double> labels) {
    const auto ones = static_cast<double>(std::ranges::count(labels, 1.0));
    const double zeros = static_cast<double>(labels.size()) - ones;
    one = (ones + 1) / (ones + 2);
    zero = 1 / (zeros + 2);
  }
  double of(double label) const { return label == 1 ? one : zero; }
};

double negative_log_likelihood(const ClassCalibration& c, std::span<const double> scores,
                               std::span<const double> labels, const SoftLabels& soft) {
  double sum = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double z = c.slope * scores[i] + c.offset;
    sum += std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))) - soft.of(labels[i]) * z;
  }
  return sum;
}

/// Newton's method with halved steps. The likelihood is concave.
void fit_sigmoid(ClassCalibration& c, std::span<const double> scores, std::span<const double> labels) {
  const SoftLabels soft(labels);
  double value = negative_log_likelihood(c, scores, labels, soft);
  for (int step = 0; step < kMostSteps; ++step) {
    double gradient[2] = {0, 0};
    double hessian[3] = {kRidge, 0, kRidge};  // slope slope, slope offset, offset offset
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const double p = c.probability(scores[i]);
      const double difference = p - soft.of(labels[i]);
      const double curvature = p * (1 - p);
      gradient[0] += difference * scores[i];
      gradient[1] += difference;
      hessian[0] += curvature * scores[i] * scores[i];
      hessian[1] += curvature * scores[i];
      hessian[2] += curvature;
    }
    const double determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
    const double slope = (hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant;
    const double offset = (hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant;
    double size = 1;
    ClassCalibration next = c;
    double next_value = value;
    do {
      next.slope = c.slope - size * slope;
      next.offset = c.offset - size * offset;
      next_value = negative_log_likelihood(next, scores, labels, soft);
      size /= 2;
    } while (next_value > value && size > kSmallStep);
    if (!(next_value < value)) {
      return;
    }
    c = next;
    value = next_value;
  }
}

/// The probability that all but a share 1 - coverage of a class's rows have at least; 0 for too few of them.
double least_probability(std::vector<double> of_class, double coverage) {
  const auto rank =
      static_cast<std::size_t>(std::floor((1 - coverage) * static_cast<double>(of_class.size() + 1) + 1e-9));
  if (rank == 0) {
    return 0;
  }
  std::ranges::nth_element(of_class, of_class.begin() + static_cast<std::ptrdiff_t>(rank) - 1);
  return of_class[rank - 1];
}

}  // namespace

ClassCalibration ClassCalibration::fit(std::span<const double> scores, std::span<const double> labels,
                                       double coverage) {
  check(!scores.empty() && scores.size() == labels.size(), "a label for each score");
  ClassCalibration c;
  fit_sigmoid(c, scores, labels);
  c.threshold = static_cast<double>(std::ranges::count(labels, 1.0)) / static_cast<double>(labels.size());
  std::vector<double> of_class[2];
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double p = c.probability(scores[i]);
    (labels[i] == 1 ? of_class[1] : of_class[0]).push_back(labels[i] == 1 ? p : 1 - p);
  }
  c.least = {least_probability(std::move(of_class[0]), coverage), least_probability(std::move(of_class[1]), coverage)};
  return c;
}

double ClassCalibration::probability(double score) const { return sigmoid(slope * score + offset); }

std::uint32_t ClassCalibration::set(double probability) const {
  return (1 - probability >= least[0] ? 1U : 0U) | (probability >= least[1] ? 2U : 0U);
}

std::string told_set(const std::vector<std::string>& classes, std::uint32_t set) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if (((set >> k) & 1U) != 0) {
      names.push_back(classes[k]);
    }
  }
  return text::join(names, "|");
}

void ClassCalibration::write(data::Hdf5File& file, const std::string& group) const {
  file.write(group, std::vector<double>{slope, offset, threshold, least[0], least[1]});
}

ClassCalibration ClassCalibration::read(const data::Hdf5File& file, const std::string& group) {
  const auto numbers = file.read<double>(group);
  if (numbers.size() != 5) {
    fail_input("{}: {} does not tell how scores become probabilities", file.path().string(), group);
  }
  return {numbers[0], numbers[1], numbers[2], {numbers[3], numbers[4]}};
}

}  // namespace epitaxy::transfer
