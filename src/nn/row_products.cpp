#include "nn/row_products.h"

#include <cstring>

#include "base/error.h"
#include "linalg/cpu.h"
#include "linalg/elementwise.h"

namespace epitaxy::nn {

using linalg::bytes_of;
using linalg::DataType;
using linalg::Epilogue;
using linalg::GemmShape;
using linalg::RightSide;

namespace {

GemmShape shape_of(std::size_t m, std::size_t n, std::size_t k, bool transpose_a, bool transpose_b) {
  return {static_cast<int>(m), static_cast<int>(n), static_cast<int>(k), transpose_a, transpose_b};
}

}  // namespace

RowProduct::RowProduct(const Arithmetic& arithmetic, std::size_t in, std::size_t out, bool transpose, DataType output,
                       Epilogue epilogue)
    : x_stride_(kRowBlock * in * bytes_of(arithmetic.type)),
      y_stride_(kRowBlock * out * bytes_of(output)),
      rows_(linalg::rows_alike(kRowBlock)),
      gemm_(arithmetic.backend, shape_of(rows_, out, in, false, transpose), arithmetic.type, output, epilogue,
            RightSide::packed),
      packed_(gemm_.packed_bytes()) {
  if (rows_ > kRowBlock) {
    x_ = linalg::Buffer<std::byte>(rows_ * in * bytes_of(arithmetic.type));
    y_ = linalg::Buffer<std::byte>(rows_ * out * bytes_of(output));
  }
}

void RowProduct::load(const void* weight) { gemm_.pack(weight, packed_.data()); }

void RowProduct::run(const void* x, std::size_t rows, void* y, const float* bias) {
  check(rows % kRowBlock == 0, "rows come in whole blocks");
  for (std::size_t block = 0; block < rows / kRowBlock; ++block) {
    const std::byte* from = static_cast<const std::byte*>(x) + block * x_stride_;
    std::byte* to = static_cast<std::byte*>(y) + block * y_stride_;
    if (rows_ == kRowBlock) {
      gemm_.run(from, packed_.data(), to, bias);
    } else {
      std::memcpy(x_.data(), from, x_stride_);
      gemm_.run(x_.data(), packed_.data(), y_.data(), bias);
      std::memcpy(to, y_.data(), y_stride_);
    }
  }
}

RowGradient::RowGradient(const Arithmetic& arithmetic, std::size_t in, std::size_t out)
    : x_stride_(kPiece * in * bytes_of(arithmetic.type)), dy_stride_(kPiece * out * bytes_of(arithmetic.type)) {
  constexpr std::size_t multiple = linalg::TransposedProduct::kMultiple;
  static_assert(kRowBlock % multiple == 0);
  if (arithmetic.type == DataType::bfloat16 && in % multiple == 0 && out % multiple == 0 &&
      linalg::TransposedProduct::available()) {
    whole_.emplace(in, out);
  } else {
    gemm_.emplace(arithmetic.backend, shape_of(in, out, kPiece, true, false), arithmetic.type, DataType::float32);
    piece_ = linalg::Buffer<float>(in * out);
  }
}

void RowGradient::run(const void* x, const void* dy, std::size_t rows, float* dweight) {
  check(rows > 0 && rows % kRowBlock == 0, "rows come in whole blocks");
  if (whole_) {
    whole_->run(static_cast<const linalg::Bfloat16*>(x), static_cast<const linalg::Bfloat16*>(dy), rows, dweight);
    return;
  }
  for (std::size_t piece = 0; piece < capacity(rows) / kPiece; ++piece) {
    gemm_->run(static_cast<const std::byte*>(x) + piece * x_stride_,
               static_cast<const std::byte*>(dy) + piece * dy_stride_, piece == 0 ? dweight : piece_.data());
    if (piece > 0) {
      linalg::add(dweight, piece_.data(), piece_.size());
    }
  }
}

void zero_tail(linalg::NumberBuffer& matrix, std::size_t rows, std::size_t width) {
  const std::size_t end = RowGradient::capacity(rows) * width;
  check(end <= matrix.size(), "a matrix for gradients of weights has room for whole pieces");
  const std::size_t bytes = bytes_of(matrix.type());
  std::memset(matrix.as<std::byte>() + rows * width * bytes, 0, (end - rows * width) * bytes);
}

}  // namespace epitaxy::nn
