#pragma once
/// \file
/// The kernel of kernel ridge regression: how similar rows are to training rows in all that they hold. Not for other
/// layers.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/names.h"
#include "learners/kernel_similarity.h"

namespace epitaxy::learners {

enum class KernelShape { gaussian, laplacian };
inline constexpr Named<KernelShape> kKernelShapes[] = {{KernelShape::gaussian, "gaussian"},
                                                       {KernelShape::laplacian, "laplacian"}};
constexpr std::span<const Named<KernelShape>> names(KernelShape) { return kKernelShapes; }

/// What decides a kernel besides the rows.
struct KernelForm {
  double fragments = 0.5;    ///< Weight of the fragments' similarity, between 0 and 1.
  double coordinates = 0.5;  ///< Weight of the coordinates' similarity, between 0 and 1; the numbers have the rest.
  KernelShape shape = KernelShape::gaussian;  ///< Of the similarity of the numbers.
  bool squash = false;                        ///< See NumberScales.
  double width = 1;              ///< Of the numbers: 1 for rows that differ by one standard deviation in each.
  double coordinates_width = 1;  ///< In units of the coordinates' median squared distance.
  double cheap_width = 1;        ///< Of the Gaussian of the cheap values.
  double given_width = 4;        ///< Of the Gaussian of given numbers, and of the similarity of categories.

  bool operator==(const KernelForm&) const = default;
};

/// Weights of fragments, coordinates and numbers, which add up to 1.
struct KernelWeights {
  double fragments = 0, coordinates = 0, numbers = 0;

  /// Numbers have what the others leave. What has no columns has no weight, and the others share it in proportion;
  /// where all weights are 0 then, they are equal.
  static KernelWeights of(const KernelForm& form, bool fragments, bool coordinates, bool numbers);
};

/// (w_f T + w_c D + w_n N) C V K: similarities of fragments, coordinates, numbers, cheap values, given numbers and
/// categories (kernel_similarity.h). So a single given number is not lost among hundreds of descriptors: rows are alike
/// as far as texts and conditions both are.
class RowKernel {
 public:
  /// `kinds` [columns] are ColumnKind. More than 255 of a fragment count as 255.
  RowKernel(Matrix rows, std::vector<std::int64_t> kinds, const KernelForm& form);

  const Matrix& rows() const { return rows_; }
  const std::vector<std::int64_t>& kinds() const { return kinds_; }
  const KernelForm& form() const { return form_; }

  /// Of the training rows to each other: the lower triangle; what is above it is not set.
  Kernel of_training() const;

  /// Calls work(row, its similarities to the training rows) for each row.
  template <typename Work>
  void for_rows(const Matrix& rows, Work work) const {
    for_blocks(rows, [&](std::size_t first, std::size_t count, const Matrix& block) {
      const Kernel k = similarity(block, rows_.rows);
      for (std::size_t i = 0; i < count; ++i) {
        work(first + i, k.row(static_cast<Eigen::Index>(i)));
      }
    });
  }

 private:
  /// Rows whose similarities are computed together: bounds the memory beside the kernel itself.
  static constexpr std::size_t kBlockRows = 256;

  /// Calls work(first row, rows, block), blocks padded with zeros, so that a row's bits do not depend on how many there
  /// are.
  template <typename Work>
  static void for_blocks(const Matrix& rows, Work work) {
    for (std::size_t first = 0; first < rows.rows; first += kBlockRows) {
      const std::size_t count = std::min(kBlockRows, rows.rows - first);
      Matrix block{kBlockRows, rows.columns, std::vector<float>(kBlockRows * rows.columns, 0.0F)};
      std::copy_n(rows.row(first), count * rows.columns, block.values.data());
      work(first, count, block);
    }
  }

  /// Similarity of at most kBlockRows rows to the first `known` training rows.
  Kernel similarity(const Matrix& rows, std::size_t known) const;

  Matrix rows_;
  std::vector<std::int64_t> kinds_;
  KernelForm form_;
  Fragments fragments_;
  std::unique_ptr<const ColumnSimilarity> coordinates_, numbers_, cheap_, given_,
      categories_;  ///< Null without columns.
  KernelWeights weights_;
};

}  // namespace epitaxy::learners
