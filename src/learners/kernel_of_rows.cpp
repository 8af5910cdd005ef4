#include "learners/kernel_of_rows.h"

#include <utility>

namespace epitaxy::learners {

namespace {

constexpr float kMostFragments = 255;

Matrix bounded_counts(Matrix rows, const std::vector<std::int64_t>& kinds) {
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    if (kinds[i % kinds.size()] == static_cast<std::int64_t>(ColumnKind::count)) {
      rows.values[i] = std::min(rows.values[i], kMostFragments);
    }
  }
  return rows;
}

std::unique_ptr<const ColumnSimilarity> of_numbers(const Matrix& numbers, const KernelForm& form) {
  if (numbers.columns == 0) {
    return nullptr;
  }
  if (form.shape == KernelShape::laplacian) {
    return std::make_unique<Laplacian>(numbers, form.width, form.squash);
  }
  return std::make_unique<Gaussian>(numbers, form.width, form.squash);
}

std::unique_ptr<const ColumnSimilarity> of_coordinates(const Matrix& coordinates, const KernelForm& form) {
  return coordinates.columns > 0 ? std::make_unique<Coordinates>(coordinates, form.coordinates_width) : nullptr;
}

std::unique_ptr<const ColumnSimilarity> gaussian_of(const Matrix& values, double width) {
  return values.columns > 0 ? std::make_unique<Gaussian>(values, width, false) : nullptr;
}

std::unique_ptr<const ColumnSimilarity> of_categories(const Matrix& categories, const KernelForm& form) {
  return categories.columns > 0 ? std::make_unique<Categories>(categories, form.given_width) : nullptr;
}

}  // namespace

KernelWeights KernelWeights::of(const KernelForm& form, bool fragments, bool coordinates, bool numbers) {
  KernelWeights w;
  w.fragments = fragments ? form.fragments : 0;
  w.coordinates = coordinates ? form.coordinates : 0;
  w.numbers = numbers ? std::max(0.0, 1 - w.fragments - w.coordinates) : 0;
  double sum = w.fragments + w.coordinates + w.numbers;
  if (sum == 0 && (fragments || coordinates || numbers)) {
    w = {fragments ? 1.0 : 0.0, coordinates ? 1.0 : 0.0, numbers ? 1.0 : 0.0};
    sum = w.fragments + w.coordinates + w.numbers;
  }
  return sum == 0 ? w : KernelWeights{w.fragments / sum, w.coordinates / sum, w.numbers / sum};
}

RowKernel::RowKernel(Matrix rows, std::vector<std::int64_t> kinds, const KernelForm& form)
    : rows_(bounded_counts(std::move(rows), kinds)),
      kinds_(std::move(kinds)),
      form_(form),
      fragments_(columns_of(rows_, kinds_, ColumnKind::count)),
      coordinates_(of_coordinates(columns_of(rows_, kinds_, ColumnKind::coordinate), form)),
      numbers_(of_numbers(columns_of(rows_, kinds_, ColumnKind::number), form)),
      cheap_(gaussian_of(columns_of(rows_, kinds_, ColumnKind::cheap), form.cheap_width)),
      given_(gaussian_of(columns_of(rows_, kinds_, ColumnKind::given), form.given_width)),
      categories_(of_categories(columns_of(rows_, kinds_, ColumnKind::category), form)),
      weights_(KernelWeights::of(form, !fragments_.empty(), coordinates_ != nullptr, numbers_ != nullptr)) {}

Kernel RowKernel::of_training() const {
  const auto count = static_cast<Eigen::Index>(rows_.rows);
  Kernel k(count, count);
  for_blocks(rows_, [&](std::size_t first, std::size_t rows, const Matrix& block) {
    const auto from = static_cast<Eigen::Index>(first);
    const auto size = static_cast<Eigen::Index>(rows);
    k.block(from, 0, size, from + size) = similarity(block, first + rows).topRows(size);
  });
  return k;
}

Kernel RowKernel::similarity(const Matrix& rows, std::size_t known) const {
  Kernel result = Kernel::Zero(static_cast<Eigen::Index>(rows.rows), static_cast<Eigen::Index>(known));
  if (fragments_.empty() && !coordinates_ && !numbers_) {
    result.setOnes();
  }
  if (weights_.fragments > 0) {
    const Matrix counts = columns_of(rows, kinds_, ColumnKind::count);
    for (std::size_t i = 0; i < rows.rows; ++i) {
      fragments_.similarity(counts.row(i), known, result.row(static_cast<Eigen::Index>(i)).data());
    }
    result *= weights_.fragments;
  }
  const auto add = [&](double weight, const std::unique_ptr<const ColumnSimilarity>& similarity, ColumnKind kind) {
    if (weight > 0) {
      result += weight * similarity->similarity(columns_of(rows, kinds_, kind), known);
    }
  };
  add(weights_.numbers, numbers_, ColumnKind::number);
  add(weights_.coordinates, coordinates_, ColumnKind::coordinate);
  const auto multiply = [&](const std::unique_ptr<const ColumnSimilarity>& similarity, ColumnKind kind) {
    if (similarity) {
      result.array() *= similarity->similarity(columns_of(rows, kinds_, kind), known).array();
    }
  };
  multiply(cheap_, ColumnKind::cheap);
  multiply(given_, ColumnKind::given);
  multiply(categories_, ColumnKind::category);
  return result;
}

}  // namespace epitaxy::learners
