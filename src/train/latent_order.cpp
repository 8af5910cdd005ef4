#include "train/latent_order.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

#include "base/error.h"
#include "base/regression_metrics.h"
#include "data/split.h"
#include "linalg/solvers.h"

namespace epitaxy::train {

namespace {

/// Differs from every seed a user would give, so that the halves are independent of the split.
constexpr std::uint64_t kHalvesSeed = 32452843;
constexpr double kActiveVariance = 0.01;
constexpr std::size_t kValuesPerCoefficient = 2;

/// Activity and covariance of the dimensions.
LatentOrder describe(std::span<const float> latents, std::size_t latent) {
  LatentOrder order;
  order.covariance = linalg::covariance(latents, latent);
  for (std::size_t j = 0; j < latent; ++j) {
    order.active.push_back(order.covariance[j * latent + j] > kActiveVariance);
  }
  return order;
}

/// Rows of one half that have a value.
std::vector<std::size_t> rows_of_half(const std::vector<bool>& fits, bool half, const std::vector<double>& values) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    if (fits[i] == half && !std::isnan(values[i])) {
      rows.push_back(i);
    }
  }
  return rows;
}

std::vector<double> pick(const std::vector<double>& values, const std::vector<std::size_t>& rows) {
  std::vector<double> picked;
  std::ranges::transform(rows, std::back_inserter(picked), [&](std::size_t i) { return values[i]; });
  return picked;
}

/// [rows, columns] of latents [any, latent].
std::vector<double> pick(std::span<const float> latents, std::size_t latent, const std::vector<std::size_t>& rows,
                         const std::vector<std::size_t>& columns) {
  std::vector<double> picked;
  picked.reserve(rows.size() * columns.size());
  for (const std::size_t i : rows) {
    for (const std::size_t j : columns) {
      picked.push_back(latents[i * latent + j]);
    }
  }
  return picked;
}

bool is_constant(const std::vector<double>& values) {
  const auto [low, high] = std::ranges::minmax(values);
  return low == high;
}

std::vector<double> predict(const linalg::LinearFit& line, const std::vector<double>& rows, std::size_t count) {
  const std::size_t columns = line.coefficients.size();
  std::vector<double> predicted;
  for (std::size_t i = 0; i < count; ++i) {
    predicted.push_back(line.at(std::span(rows).subspan(i * columns, columns)));
  }
  return predicted;
}

/// Places the normalized coefficients at the active dimensions.
std::vector<double> direction_of(const std::vector<double>& coefficients, const std::vector<std::size_t>& columns,
                                 std::size_t latent) {
  std::vector<double> direction(latent, 0.0);
  const double length = linalg::length(coefficients);
  for (std::size_t k = 0; k < columns.size() && length > 0; ++k) {
    direction[columns[k]] = coefficients[k] / length;
  }
  return direction;
}

}  // namespace

double LatentOrder::angle(std::span<const double> a, std::span<const double> b) const {
  check(a.size() == active.size() && b.size() == active.size(), "angles are between latent vectors");
  double product = 0;
  double squares_a = 0;
  double squares_b = 0;
  for (std::size_t j = 0; j < active.size(); ++j) {
    if (active[j]) {
      product += a[j] * b[j];
      squares_a += a[j] * a[j];
      squares_b += b[j] * b[j];
    }
  }
  const double cosine = product / (std::sqrt(squares_a) * std::sqrt(squares_b));  // NaN if one vanishes
  return std::acos(std::clamp(cosine, -1.0, 1.0)) * 180 / std::numbers::pi;
}

double LatentOrder::correlation(std::span<const double> a, std::span<const double> b) const {
  check(a.size() == active.size() && b.size() == active.size(), "correlations are of functions of latent vectors");
  const auto metric = [&](std::span<const double> one, std::span<const double> other) {
    return linalg::product(one, covariance, other);
  };
  return metric(a, b) / (std::sqrt(metric(a, a)) * std::sqrt(metric(b, b)));
}

LatentOrder fit_latent_order(std::span<const float> latents, const std::vector<std::string>& groups,
                             const std::vector<data::Target>& targets) {
  const std::size_t latent = groups.empty() ? 0 : latents.size() / groups.size();
  check(latents.size() == groups.size() * latent, "every row has a latent vector");
  LatentOrder order = describe(latents, latent);
  std::vector<std::size_t> columns;
  for (std::size_t j = 0; j < latent; ++j) {
    if (order.active[j]) {
      columns.push_back(j);
    }
  }
  const data::Split halves(kHalvesSeed);
  std::vector<bool> fits;
  for (const std::string& group : groups) {
    fits.push_back(halves.position(group) < 0.5);
  }
  for (const data::Target& target : targets) {
    const auto fitted = rows_of_half(fits, true, target.values);
    const auto measured = rows_of_half(fits, false, target.values);
    const std::size_t fewest = std::max(kFewestLabels, kValuesPerCoefficient * (columns.size() + 1));
    if (fitted.size() < fewest || measured.size() < kFewestLabels) {
      order.skipped.push_back(target.name);
      continue;
    }
    const auto labels = pick(target.values, fitted);
    const auto truth = pick(target.values, measured);
    if (is_constant(labels) || is_constant(truth)) {
      order.skipped.push_back(target.name);
      continue;
    }
    const auto line = linalg::fit_linear(pick(latents, latent, fitted, columns), columns.size(), labels);
    const auto predicted = predict(line, pick(latents, latent, measured, columns), measured.size());
    const statistics::RegressionMetrics metrics = statistics::regression_metrics(truth, predicted);
    order.properties.push_back({target.name, target.unit, fitted.size(), measured.size(), metrics.mae, metrics.r2,
                                direction_of(line.coefficients, columns, latent)});
  }
  return order;
}

LatentOrder latent_order(const TrainingData& data, const std::vector<RowReference>& rows,
                         std::span<const float> latents) {
  std::vector<std::string> groups;
  std::vector<data::Target> targets;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const data::DatasetIndex& index = data.index(rows[i].source);
    groups.push_back(index.groups[rows[i].row]);
    for (const data::Target& target : index.targets) {
      if (!target.classes.empty()) {
        continue;  // no linear function
      }
      auto found = std::ranges::find(targets, target.name, &data::Target::name);
      if (found == targets.end()) {
        const std::vector<double> none(rows.size(), std::nan(""));
        found = targets.insert(targets.end(), {target.name, target.unit, none, {}});
      }
      if (found->unit == target.unit) {
        found->values[i] = target.values[rows[i].row];
      }
    }
  }
  return fit_latent_order(latents, groups, targets);
}

}  // namespace epitaxy::train
