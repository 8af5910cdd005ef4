#pragma once
/// \file
/// Linear equations, least squares and eigenvalues in float64, by LAPACK and Eigen (https://eigen.tuxfamily.org), which
/// are seen here alone. What is given is copied into memory of one alignment first, so results do not depend on where
/// it lies: the order of Eigen's sums, and with it the last bits, does. Matrices are row major.
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace epitaxy::linalg {

/// y = constant + coefficients . x
struct LinearFit {
  std::vector<double> coefficients;  ///< [columns]
  double constant = 0;

  double at(std::span<const double> x) const;
};

/// The fit of least squares to x [rows, columns] and y [rows]; of several that fit alike the one with the smallest
/// coefficients. By a complete orthogonal decomposition of the centered columns.
LinearFit fit_linear(std::span<const double> x, std::size_t columns, std::span<const double> y);

/// The coefficients c [columns] with the smallest (y - x c)^2 + penalty c^2, of x [rows, columns], without a constant.
/// Takes the smaller of the primal and the dual equations.
std::vector<double> fit_ridge(std::span<const float> x, std::size_t columns, std::span<const double> y, double penalty);

/// The solution of m x = y, where m [size, size] is symmetric and positive definite. Of m the lower triangle is given;
/// it is overwritten. Nothing when m is not positive definite, or so nearly that the solution is not finite. The memory
/// of m is used as it is, so it should begin at a multiple of 64 bytes.
std::optional<std::vector<double>> solve_positive(std::span<double> m, std::span<const double> y);

/// Eigenvalues and eigenvectors of a symmetric matrix.
struct SymmetricEigen {
  std::vector<double> values;   ///< [size], smallest first.
  std::vector<double> vectors;  ///< [size, size], a row each, of length 1.
};

/// Of a symmetric m [size, size]. Nothing when it holds numbers that are not finite.
std::optional<SymmetricEigen> symmetric_eigen(std::span<const double> m, std::size_t size);

/// [columns, columns] covariance of the columns of x [rows, columns], over the number of rows; zero without rows.
std::vector<double> covariance(std::span<const float> x, std::size_t columns);

/// a . m b, with a symmetric m [size, size].
double product(std::span<const double> a, std::span<const double> m, std::span<const double> b);

/// The Euclidean norm.
double length(std::span<const double> a);

}  // namespace epitaxy::linalg
