#include "learners/table.h"

#include <cmath>

namespace epitaxy::learners {

Matrix pick_columns(const Matrix& matrix, std::span<const std::int64_t> columns) {
  Matrix result{matrix.rows, columns.size(), {}, matrix.texts};
  result.values.reserve(matrix.rows * columns.size());
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    for (const std::int64_t column : columns) {
      result.values.push_back(matrix.row(i)[column]);
    }
  }
  return result;
}

ColumnScales ColumnScales::fit(const Matrix& rows, std::span<const double> weights) {
  ColumnScales result{std::vector<double>(rows.columns, 0), std::vector<double>(rows.columns, 0)};
  const auto count = static_cast<double>(rows.rows);
  const auto weight = [&](std::size_t row) { return weights.empty() ? 1 : weights[row]; };
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t j = 0; j < rows.columns; ++j) {
      result.mean[j] += weight(i) * rows.row(i)[j] / count;
    }
  }
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t j = 0; j < rows.columns; ++j) {
      const double difference = rows.row(i)[j] - result.mean[j];
      result.scale[j] += weight(i) * difference * difference / count;
    }
  }
  for (double& scale : result.scale) {
    scale = scale > 0 ? std::sqrt(scale) : 1;
  }
  return result;
}

Matrix ColumnScales::apply(const Matrix& rows) const {
  Matrix result = rows;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t j = 0; j < rows.columns; ++j) {
      result.values[i * rows.columns + j] = static_cast<float>((rows.row(i)[j] - mean[j]) / scale[j]);
    }
  }
  return result;
}

}  // namespace epitaxy::learners
