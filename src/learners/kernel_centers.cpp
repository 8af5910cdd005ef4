#include "learners/kernel_centers.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "linalg/cholesky.h"
#include "linalg/solvers.h"

namespace epitaxy::learners {

namespace {

/// Rows that are added to the equations together.
constexpr std::size_t kRowsTogether = 1024;
/// Added to the centers' kernel, whose diagonal is 1: more than what the float32 products in a Gaussian round off.
constexpr double kLeastJitter = 1e-5;
constexpr double kMostJitter = 1e-2;

}  // namespace

std::vector<std::size_t> choose_centers(std::size_t rows, std::size_t centers, std::uint64_t seed) {
  std::vector<std::size_t> positions(rows);
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  RandomStream(seed, Purpose::labels).shuffle(std::span(positions));
  positions.resize(std::min(rows, centers));
  std::ranges::sort(positions);
  return positions;
}

CenterEquations::CenterEquations(const RowKernel& centers, const TrainingTable& table) {
  factorize(centers.of_training());
  const Eigen::Index size = factor_.rows();
  normal_ = Kernel::Zero(size, size);
  right_ = Eigen::VectorXd::Zero(size);
  const auto most = static_cast<Eigen::Index>(kRowsTogether);
  Eigen::MatrixXd block = Eigen::MatrixXd::Zero(size, most);  // a column for each row
  Eigen::VectorXd labels = Eigen::VectorXd::Zero(most);
  centers.for_rows(table.rows, [&](std::size_t row, const auto& similarities) {
    const auto at = static_cast<Eigen::Index>(row % kRowsTogether);
    const double root = std::sqrt(table.weight(row));
    block.col(at) = root * similarities.transpose();
    labels(at) = root * table.labels[row];
    if (at + 1 < most && row + 1 < table.rows.rows) {
      return;
    }
    factor_.triangularView<Eigen::Lower>().solveInPlace(block);
    normal_.selfadjointView<Eigen::Lower>().rankUpdate(block);
    right_ += block * labels;
    block.setZero();
    labels.setZero();
  });
}

void CenterEquations::factorize(const Kernel& of_centers) {
  const auto size = static_cast<std::size_t>(of_centers.rows());
  for (double jitter = kLeastJitter; jitter <= kMostJitter; jitter *= 10) {
    factor_ = of_centers;
    factor_.diagonal().array() += jitter;
    if (linalg::factorize_positive({factor_.data(), size * size}, size)) {
      return;
    }
  }
  fail_input("kernel_ridge: the similarities of {} centers cannot be told apart: lower 'centers'", size);
}

std::optional<std::vector<double>> CenterEquations::solve(double penalty) const {
  Kernel equations = normal_;
  equations.diagonal().array() += penalty;
  const std::vector<double> right(right_.begin(), right_.end());
  const auto found = linalg::solve_positive({equations.data(), static_cast<std::size_t>(equations.size())}, right);
  if (!found) {
    return std::nullopt;
  }
  Eigen::VectorXd weights = linalg::vector_of(*found);
  factor_.triangularView<Eigen::Lower>().transpose().solveInPlace(weights);
  return std::vector<double>(weights.begin(), weights.end());
}

}  // namespace epitaxy::learners
