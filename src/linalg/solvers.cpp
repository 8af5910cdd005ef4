#include "linalg/solvers.h"

#include "linalg/eigen.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#pragma GCC diagnostic pop

#include "base/error.h"
#include "linalg/cholesky.h"

/// LAPACK's Cholesky factorization (of OpenBLAS, 1.4 times as fast as Eigen's), in place: the upper triangle by
/// columns.
extern "C" void dpotrf_(const char* triangle, const int* size, double* matrix, const int* stride, int* info);

namespace epitaxy::linalg {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

template <typename T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <typename T>
Eigen::Map<const RowMajor<T>> table_of(std::span<const T> x, std::size_t columns) {
  check(columns > 0 ? x.size() % columns == 0 : x.empty(), "a table has whole rows");
  const std::size_t rows = columns > 0 ? x.size() / columns : 0;
  return {x.data(), static_cast<Index>(rows), static_cast<Index>(columns)};
}

std::vector<double> list_of(const VectorXd& vector) { return {vector.begin(), vector.end()}; }

}  // namespace

double LinearFit::at(std::span<const double> x) const {
  check(x.size() == coefficients.size(), "a coefficient for each number");
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += x[i] * coefficients[i];
  }
  return sum + constant;
}

LinearFit fit_linear(std::span<const double> x, std::size_t columns, std::span<const double> y) {
  check(x.size() == columns * y.size() && !y.empty(), "a row of numbers for each value");
  const VectorXd values = vector_of(y);
  const double middle = values.mean();
  if (columns == 0) {
    return {{}, middle};
  }
  MatrixXd centered = table_of(x, columns);
  const Eigen::RowVectorXd mean = centered.colwise().mean();
  centered.rowwise() -= mean;
  const VectorXd rises = values.array() - middle;
  const VectorXd slopes = Eigen::CompleteOrthogonalDecomposition<MatrixXd>(centered).solve(rises);
  return {list_of(slopes), middle - mean.dot(slopes)};
}

std::vector<double> fit_ridge(std::span<const float> x, std::size_t columns, std::span<const double> y,
                              double penalty) {
  check(x.size() == columns * y.size(), "a row of numbers for each value");
  const MatrixXd table = table_of(x, columns).cast<double>();
  const VectorXd values = vector_of(y);
  if (table.rows() < table.cols()) {
    MatrixXd k = table * table.transpose();
    k.diagonal().array() += penalty;
    return list_of(table.transpose() * k.llt().solve(values));
  }
  MatrixXd k = table.transpose() * table;
  k.diagonal().array() += penalty;
  return list_of(k.llt().solve(table.transpose() * values));
}

bool factorize_positive(std::span<double> m, std::size_t size) {
  check(m.size() == size * size, "a square matrix");
  const auto stride = static_cast<int>(size);
  int info = 0;
  dpotrf_("U", &stride, m.data(), &stride, &info);
  return info == 0;
}

std::optional<std::vector<double>> solve_positive(std::span<double> m, std::span<const double> y) {
  const bool is_positive = factorize_positive(m, y.size());
  const auto size = static_cast<Index>(y.size());
  const Eigen::Map<const RowMajor<double>> triangle(m.data(), size, size);
  VectorXd x = vector_of(y);
  triangle.triangularView<Eigen::Lower>().solveInPlace(x);
  triangle.triangularView<Eigen::Lower>().transpose().solveInPlace(x);
  if (!is_positive || !x.allFinite()) {
    return std::nullopt;
  }
  return list_of(x);
}

std::optional<SymmetricEigen> symmetric_eigen(std::span<const double> m, std::size_t size) {
  check(m.size() == size * size, "a square matrix");
  const auto n = static_cast<Index>(size);
  const MatrixXd matrix = Eigen::Map<const MatrixXd>(m.data(), n, n);
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(matrix);
  if (solver.info() != Eigen::Success) {
    return std::nullopt;
  }
  const MatrixXd& vectors = solver.eigenvectors();  // a column each, one after another
  return SymmetricEigen{list_of(solver.eigenvalues()), {vectors.data(), vectors.data() + vectors.size()}};
}

std::vector<double> covariance(std::span<const float> x, std::size_t columns) {
  const auto table = table_of(x, columns);
  std::vector<double> result(columns * columns, 0.0);
  if (table.size() == 0) {
    return result;
  }
  MatrixXd centered = table.cast<double>();
  centered.rowwise() -= centered.colwise().mean().eval();
  Eigen::Map<MatrixXd> sums(result.data(), table.cols(), table.cols());
  sums.noalias() = centered.transpose() * centered / static_cast<double>(table.rows());
  return result;
}

double product(std::span<const double> a, std::span<const double> m, std::span<const double> b) {
  check(a.size() == b.size() && m.size() == a.size() * a.size(), "a square matrix and vectors of its size");
  const auto n = static_cast<Index>(a.size());
  const MatrixXd matrix = Eigen::Map<const MatrixXd>(m.data(), n, n);
  return vector_of(a).dot(matrix * vector_of(b));
}

double length(std::span<const double> a) { return vector_of(a).norm(); }

}  // namespace epitaxy::linalg
