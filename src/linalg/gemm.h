#pragma once
/// \file
/// The one seam to matrix products: everything that multiplies matrices calls a `Gemm`.
///
/// A product is planned once for a fixed shape and then run many times; for a fixed plan and one thread the result is
/// the same bits in every process. Back ends: OpenBLAS (float32, the reference), oneDNN (float32 and bfloat16 with
/// float32 accumulation), and float32 split into two bfloat16 numbers each, multiplied by oneDNN.
#include <memory>

#include "linalg/buffer.h"

namespace epitaxy::linalg {

/// `split`: a float32 number is the sum of two bfloat16 ones, and a product three products of those, summed in float32.
/// That keeps 16 bits of each factor (float32 has 24, TF32 11); PyTorch calls it the "high" precision of float32
/// products (Henry, Tang, Heinecke, "Leveraging the bfloat16 artificial intelligence datatype for higher-precision
/// computations", ARITH 2019).
enum class Backend { openblas, onednn, split };

/// C[m, n] = op(A)[m, k] op(B)[k, n], all row major; a transposed A is stored [k, m], a transposed B [n, k].
struct GemmShape {
  int m = 0;
  int n = 0;
  int k = 0;
  bool transpose_a = false;
  bool transpose_b = false;
};

/// What is done to C on the way out; the bias has n float32 numbers.
enum class Epilogue { none, bias, bias_relu };

/// How B is given: as it is stored, or packed into the back end's own order, which pays when B is used more than once.
enum class RightSide { plain, packed };

/// A planned product. Not thread safe: it owns scratch memory.
class Gemm {
 public:
  /// Throws Error when the back end cannot do it (OpenBLAS does float32 only).
  Gemm(Backend backend, const GemmShape& shape, DataType inputs, DataType output, Epilogue epilogue = Epilogue::none,
       RightSide right = RightSide::plain);
  ~Gemm();
  Gemm(Gemm&&) noexcept;
  Gemm& operator=(Gemm&&) noexcept;

  /// Bytes of B as `run` reads it.
  std::size_t packed_bytes() const;
  /// Packs B, given in the layout of the shape and the type of the inputs, into `packed_bytes()` bytes.
  void pack(const void* b, void* packed) const;
  /// C = epilogue(A B); B is packed when the plan says so.
  void run(const void* a, const void* b, void* c, const float* bias = nullptr) const;
  double flops() const { return 2.0 * shape_.m * shape_.n * shape_.k; }

  class Plan;

 private:
  GemmShape shape_;
  std::unique_ptr<Plan> plan_;
};

}  // namespace epitaxy::linalg
