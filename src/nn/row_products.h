#pragma once
/// \file
/// Matrix products for a number of rows that changes from call to call. They are cut into blocks of fixed shape, so
/// that any number of rows has one plan and the bits of a row depend on that row alone.
#include <cstddef>
#include <optional>

#include "linalg/buffer.h"
#include "linalg/gemm.h"
#include "linalg/transposed_product.h"
#include "nn/dense.h"
#include "nn/packed_rows.h"

namespace epitaxy::nn {

/// y[n, out] = x[n, in] W (+ bias) with W packed when it is loaded; n is a multiple of kRowBlock. x is of the
/// arithmetic's type.
class RowProduct {
 public:
  /// With `transpose` W is given as [out, in].
  RowProduct(const Arithmetic& arithmetic, std::size_t in, std::size_t out, bool transpose, linalg::DataType output,
             linalg::Epilogue epilogue = linalg::Epilogue::none);

  /// W in the arithmetic's type.
  void load(const void* weight);
  void run(const void* x, std::size_t rows, void* y, const float* bias = nullptr);

 private:
  std::size_t x_stride_;  ///< Bytes from block to block.
  std::size_t y_stride_;
  std::size_t rows_;  ///< Of the product: those of a block, or some more (see linalg::rows_alike).
  linalg::Gemm gemm_;
  linalg::Buffer<std::byte> packed_;
  linalg::Buffer<std::byte> x_;  ///< A block with the rows that are added, which are zero; if there are such.
  linalg::Buffer<std::byte> y_;
};

/// dW[in, out] = x[n, in]^T dy[n, out]; n is a multiple of kRowBlock. Both matrices must have storage up to the next
/// multiple of kPiece rows (see `capacity`) and zeros there (see `zero_tail`).
class RowGradient {
 public:
  static constexpr std::size_t kPiece = 512;

  RowGradient(const Arithmetic& arithmetic, std::size_t in, std::size_t out);

  static constexpr std::size_t capacity(std::size_t rows) { return round_up(rows, kPiece); }
  void run(const void* x, const void* dy, std::size_t rows, float* dweight);

 private:
  std::size_t x_stride_;
  std::size_t dy_stride_;
  std::optional<linalg::TransposedProduct> whole_;  ///< Where there is such a product; otherwise sums over pieces:
  std::optional<linalg::Gemm> gemm_;
  linalg::Buffer<float> piece_;
};

/// Sets the rows from `rows` up to RowGradient's next piece to zero.
void zero_tail(linalg::NumberBuffer& matrix, std::size_t rows, std::size_t width);

}  // namespace epitaxy::nn
