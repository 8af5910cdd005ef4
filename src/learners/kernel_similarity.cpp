#include "learners/kernel_similarity.h"

#include <algorithm>

namespace epitaxy::learners {

namespace {

using Numbers = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// In Eigen's own memory: the order of its sums depends on how memory is aligned.
Numbers copy(const Matrix& m) {
  return Eigen::Map<const Numbers>(m.values.data(), static_cast<Eigen::Index>(m.rows),
                                   static_cast<Eigen::Index>(m.columns));
}

Eigen::VectorXd squares_of(const Matrix& m) { return copy(m).cast<double>().rowwise().squaredNorm(); }

}  // namespace

Matrix columns_of(const Matrix& rows, const std::vector<std::int64_t>& kinds, ColumnKind kind) {
  Matrix result{rows.rows, static_cast<std::size_t>(std::ranges::count(kinds, static_cast<std::int64_t>(kind))), {}};
  result.values.reserve(rows.rows * result.columns);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t j = 0; j < rows.columns; ++j) {
      if (kinds[j] == static_cast<std::int64_t>(kind)) {
        result.values.push_back(rows.row(i)[j]);
      }
    }
  }
  return result;
}

Fragments::Fragments(const Matrix& counts) : by_column_(counts.columns), sums_(counts.rows, 0) {
  for (std::size_t i = 0; i < counts.rows; ++i) {
    for (std::size_t j = 0; j < counts.columns; ++j) {
      if (const float count = counts.row(i)[j]; count != 0) {
        by_column_[j].push_back({i, count});
        sums_[i] += count;
      }
    }
  }
}

void Fragments::similarity(const float* counts, std::size_t known, double* result) const {
  std::vector<double> common(known, 0);
  double sum = 0;
  for (std::size_t j = 0; j < by_column_.size(); ++j) {
    if (counts[j] != 0) {
      sum += counts[j];
      for (const Entry& entry : by_column_[j]) {
        if (entry.row >= known) {
          break;
        }
        common[entry.row] += std::min(counts[j], entry.count);
      }
    }
  }
  for (std::size_t i = 0; i < known; ++i) {
    const double either = sum + sums_[i] - common[i];
    result[i] = either > 0 ? common[i] / either : 1;
  }
}

Gaussian::Gaussian(const Matrix& rows, double width) : scales_(ColumnScales::fit(rows)), width_(width) {
  const Matrix scaled = scales_.apply(rows);
  numbers_ = copy(scaled);
  squares_ = squares_of(scaled);
}

Kernel Gaussian::similarity(const Matrix& rows, std::size_t known) const {
  const Matrix scaled = scales_.apply(rows);
  const auto columns = static_cast<Eigen::Index>(known);
  const Numbers products = copy(scaled) * numbers_.topRows(columns).transpose();
  Kernel distances = -2 * products.cast<double>();
  distances.colwise() += squares_of(scaled);
  distances.rowwise() += squares_.head(columns).transpose();
  const double factor = -0.5 / (width_ * width_ * static_cast<double>(numbers_.cols()));
  return (factor * distances.array().max(0)).exp();
}

}  // namespace epitaxy::learners
