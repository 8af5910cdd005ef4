#include "train/latent_order.h"

// GCC 12 takes the registers that its own AVX-512 header leaves undefined on purpose for a mistake.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <Eigen/Dense>
#pragma GCC diagnostic pop

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "base/regression_metrics.h"
#include "data/split.h"

namespace epitaxy::train {

namespace {

/// Differs from every seed a user would give, so that the halves are independent of the split.
constexpr std::uint64_t kHalvesSeed = 32452843;
constexpr double kActiveVariance = 0.01;
constexpr std::size_t kValuesPerCoefficient = 2;

using Matrix = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

/// Activity and covariance of the dimensions.
LatentOrder describe(const Matrix& latents) {
  LatentOrder order;
  const auto latent = static_cast<std::size_t>(latents.cols());
  order.covariance.assign(latent * latent, 0.0);
  if (latents.size() == 0) {
    order.active.assign(latent, false);
    return order;
  }
  Eigen::MatrixXd centered = latents.cast<double>();
  centered.rowwise() -= centered.colwise().mean().eval();
  Eigen::Map<Eigen::MatrixXd> covariance(order.covariance.data(), latents.cols(), latents.cols());
  covariance.noalias() = centered.transpose() * centered / static_cast<double>(latents.rows());
  for (Eigen::Index j = 0; j < latents.cols(); ++j) {
    order.active.push_back(covariance(j, j) > kActiveVariance);
  }
  return order;
}

/// Rows of one half that have a value.
std::vector<Eigen::Index> rows_of_half(const std::vector<bool>& fits, bool half, const std::vector<double>& values) {
  std::vector<Eigen::Index> rows;
  for (std::size_t i = 0; i < fits.size(); ++i) {
    if (fits[i] == half && !std::isnan(values[i])) {
      rows.push_back(static_cast<Eigen::Index>(i));
    }
  }
  return rows;
}

bool is_constant(const Eigen::VectorXd& values) { return values.minCoeff() == values.maxCoeff(); }

/// value = constant + coefficients . latent, of least squares; the smallest coefficients where several do.
struct LinearFit {
  Eigen::VectorXd coefficients;  ///< Of the active dimensions.
  double constant = 0;
};

LinearFit fit(const Eigen::MatrixXd& latents, const Eigen::VectorXd& values) {
  const Eigen::RowVectorXd mean = latents.colwise().mean();
  const Eigen::MatrixXd centered = latents.rowwise() - mean;
  LinearFit result;
  if (latents.cols() > 0) {
    const Eigen::VectorXd rises = values.array() - values.mean();
    result.coefficients = centered.completeOrthogonalDecomposition().solve(rises);
  }
  result.constant = values.mean() - mean.dot(result.coefficients);
  return result;
}

/// Places the normalized coefficients at the active dimensions.
std::vector<double> direction_of(const Eigen::VectorXd& coefficients, const std::vector<Eigen::Index>& columns,
                                 std::size_t latent) {
  std::vector<double> direction(latent, 0.0);
  const double length = coefficients.norm();
  for (std::size_t k = 0; k < columns.size() && length > 0; ++k) {
    direction[static_cast<std::size_t>(columns[k])] = coefficients[static_cast<Eigen::Index>(k)] / length;
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
  const auto latent = static_cast<Eigen::Index>(active.size());
  check(a.size() == active.size() && b.size() == active.size(), "correlations are of functions of latent vectors");
  const Eigen::Map<const Eigen::VectorXd> one(a.data(), latent);
  const Eigen::Map<const Eigen::VectorXd> other(b.data(), latent);
  const Eigen::Map<const Eigen::MatrixXd> metric(covariance.data(), latent, latent);
  const double product = one.dot(metric * other);
  return product / (std::sqrt(one.dot(metric * one)) * std::sqrt(other.dot(metric * other)));
}

LatentOrder fit_latent_order(std::span<const float> latents, const std::vector<std::string>& groups,
                             const std::vector<data::Target>& targets) {
  const std::size_t latent = groups.empty() ? 0 : latents.size() / groups.size();
  check(latents.size() == groups.size() * latent, "every row has a latent vector");
  const Matrix all(latents.data(), static_cast<Eigen::Index>(groups.size()), static_cast<Eigen::Index>(latent));
  LatentOrder order = describe(all);
  std::vector<Eigen::Index> columns;
  for (std::size_t j = 0; j < latent; ++j) {
    if (order.active[j]) {
      columns.push_back(static_cast<Eigen::Index>(j));
    }
  }
  std::vector<bool> fits;
  for (const std::string& group : groups) {
    fits.push_back(data::group_position(kHalvesSeed, group) < 0.5);
  }
  for (const data::Target& target : targets) {
    const auto fitted = rows_of_half(fits, true, target.values);
    const auto measured = rows_of_half(fits, false, target.values);
    const std::size_t fewest = std::max(kFewestLabels, kValuesPerCoefficient * (columns.size() + 1));
    if (fitted.size() < fewest || measured.size() < kFewestLabels) {
      order.skipped.push_back(target.name);
      continue;
    }
    const Eigen::Map<const Eigen::VectorXd> values(target.values.data(), static_cast<Eigen::Index>(groups.size()));
    if (is_constant(values(fitted)) || is_constant(values(measured))) {
      order.skipped.push_back(target.name);
      continue;
    }
    const LinearFit line = fit(all(fitted, columns).cast<double>(), values(fitted));
    const Eigen::VectorXd truth = values(measured);
    const Eigen::VectorXd predicted =
        (all(measured, columns).cast<double>() * line.coefficients).array() + line.constant;
    const statistics::RegressionMetrics metrics =
        statistics::regression_metrics({truth.data(), measured.size()}, {predicted.data(), measured.size()});
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
      auto found = std::ranges::find(targets, target.name, &data::Target::name);
      if (found == targets.end()) {
        const std::vector<double> none(rows.size(), std::nan(""));
        found = targets.insert(targets.end(), {target.name, target.unit, none});
      }
      if (found->unit == target.unit) {
        found->values[i] = target.values[rows[i].row];
      }
    }
  }
  return fit_latent_order(latents, groups, targets);
}

}  // namespace epitaxy::train
