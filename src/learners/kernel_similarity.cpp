#include "learners/kernel_similarity.h"

#include <algorithm>
#include <cmath>

namespace epitaxy::learners {

namespace {

using Numbers = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// In Eigen's own memory: the order of its sums depends on how memory is aligned.
Numbers copy(const Matrix& m) {
  return Eigen::Map<const Numbers>(m.values.data(), static_cast<Eigen::Index>(m.rows),
                                   static_cast<Eigen::Index>(m.columns));
}

Eigen::VectorXd squares_of(const Matrix& m) { return copy(m).cast<double>().rowwise().squaredNorm(); }

constexpr float kMostDeviations = 4;

Matrix squashed(Matrix rows) {
  for (float& value : rows.values) {
    value = std::copysign(std::log1p(std::abs(value)), value);
  }
  return rows;
}

/// Numbers that are added up side by side: a fixed number, so that the order of sums is the same on every machine.
constexpr Eigen::Index kLanes = 16;
using Lanes = Eigen::Array<float, kLanes, 1>;
/// So many training rows stay in the cache while all rows are compared to them.
constexpr Eigen::Index kTileRows = 64;

PaddedRows padded(const Matrix& m) {
  const auto columns = static_cast<Eigen::Index>(m.columns);
  PaddedRows result = PaddedRows::Zero(static_cast<Eigen::Index>(m.rows), (columns + kLanes - 1) / kLanes * kLanes);
  result.leftCols(columns) = copy(m).array();
  return result;
}

/// sum_j of(a_j - b_j), for each row a of some and b of the first `known` others. The bits of each pair depend on these
/// two rows alone.
template <typename Of>
Kernel distances(const PaddedRows& some, const PaddedRows& others, std::size_t known, Of of) {
  const auto columns = static_cast<Eigen::Index>(known);
  Kernel result(some.rows(), columns);
  for (Eigen::Index first = 0; first < columns; first += kTileRows) {
    const Eigen::Index end = std::min(first + kTileRows, columns);
    for (Eigen::Index i = 0; i < some.rows(); ++i) {
      for (Eigen::Index j = first; j < end; ++j) {
        Lanes sum = Lanes::Zero();
        for (Eigen::Index k = 0; k < some.cols(); k += kLanes) {
          sum += of(Eigen::Map<const Lanes>(&some(i, k)) - Eigen::Map<const Lanes>(&others(j, k)));
        }
        result(i, j) = sum.sum();
      }
    }
  }
  return result;
}

constexpr auto kSquare = [](const Lanes& difference) { return difference.square(); };

constexpr std::size_t kMedianRows = 500;

/// The median of squared distances of two different rows; 1 where there is none above 0.
double median_distance(const Matrix& rows) {
  std::vector<std::size_t> some;
  const std::size_t count = std::min(rows.rows, kMedianRows);
  for (std::size_t i = 0; i < count; ++i) {
    some.push_back(i * rows.rows / count);
  }
  const PaddedRows coordinates = padded(pick_rows(rows, some));
  const Kernel all = distances(coordinates, coordinates, count, kSquare);
  std::vector<double> pairs;
  for (Eigen::Index i = 0; i < all.rows(); ++i) {
    pairs.insert(pairs.end(), all.row(i).begin(), all.row(i).begin() + i);
  }
  if (pairs.empty()) {
    return 1;
  }
  const auto middle = pairs.begin() + static_cast<std::ptrdiff_t>(pairs.size() / 2);
  std::ranges::nth_element(pairs, middle);
  return *middle > 0 ? *middle : 1;
}

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

NumberScales::NumberScales(const Matrix& rows, bool squash)
    : squash_(squash), scales_(ColumnScales::fit(squash ? squashed(rows) : rows)) {}

Matrix NumberScales::apply(const Matrix& rows) const {
  if (!squash_) {
    return scales_.apply(rows);
  }
  Matrix result = scales_.apply(squashed(rows));
  for (float& value : result.values) {
    value = std::clamp(value, -kMostDeviations, kMostDeviations);
  }
  return result;
}

Gaussian::Gaussian(const Matrix& rows, double width, bool squash) : scales_(rows, squash), width_(width) {
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

Laplacian::Laplacian(const Matrix& rows, double width, bool squash)
    : scales_(rows, squash),
      numbers_(padded(scales_.apply(rows))),
      factor_(-1 / (width * static_cast<double>(rows.columns))) {}

Kernel Laplacian::similarity(const Matrix& rows, std::size_t known) const {
  const auto size = [](const Lanes& difference) { return difference.abs(); };
  return (factor_ * distances(padded(scales_.apply(rows)), numbers_, known, size).array()).exp();
}

Coordinates::Coordinates(const Matrix& rows, double width)
    : coordinates_(padded(rows)), factor_(-1 / (width * median_distance(rows))) {}

Kernel Coordinates::similarity(const Matrix& rows, std::size_t known) const {
  return (factor_ * distances(padded(rows), coordinates_, known, kSquare).array()).exp();
}

Categories::Categories(const Matrix& rows, double width) : categories_(padded(rows)), factor_(-0.5 / (width * width)) {}

Kernel Categories::similarity(const Matrix& rows, std::size_t known) const {
  return (factor_ * distances(padded(rows), categories_, known, kSquare).array()).exp();
}

}  // namespace epitaxy::learners
