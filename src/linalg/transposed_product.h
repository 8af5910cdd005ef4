#pragma once
/// \file
/// C[m, n] = A[k, m]^T B[k, n] for bfloat16 matrices with many rows k and a float32 result: the gradient of a weight
/// from its layer's inputs and the gradients of its outputs. Written for AMX, as oneDNN 2.6 computes such products at
/// less than half the speed of others.
#include <cstddef>

#include "linalg/buffer.h"

namespace epitaxy::linalg {

class TransposedProduct {
 public:
  /// True when the CPU has AMX for bfloat16 and the system allows its use.
  static bool available();
  /// m, n and k are multiples of this number.
  static constexpr std::size_t kMultiple = 32;

  /// Throws Error when it is not available or for other sizes.
  TransposedProduct(std::size_t m, std::size_t n);

  /// Overwrites C. Runs on the thread that made it, whose products share their scratch memory.
  void run(const Bfloat16* a, const Bfloat16* b, std::size_t k, float* c);

 private:
  std::size_t m_;
  std::size_t n_;
};

}  // namespace epitaxy::linalg
