#pragma once
/// \file
/// The back ends behind Gemm.
#include <memory>

#include "linalg/gemm.h"

namespace epitaxy::linalg {

/// A back end's prepared product.
class Gemm::Plan {
 public:
  virtual ~Plan() = default;
  virtual std::size_t packed_bytes() const = 0;
  virtual void pack(const void* b, void* packed) = 0;
  virtual void run(const void* a, const void* b, void* c, const float* bias) = 0;
};

std::unique_ptr<Gemm::Plan> plan_openblas(const GemmShape& shape, Epilogue epilogue);

/// Throws Error when oneDNN has no kernel for it.
std::unique_ptr<Gemm::Plan> plan_onednn(const GemmShape& shape, DataType inputs, DataType output, Epilogue epilogue,
                                        RightSide right);

/// Products of transposed A by AMX kernels of our own; null when the CPU or the sizes do not suit them.
std::unique_ptr<Gemm::Plan> plan_transposed(const GemmShape& shape, DataType inputs, DataType output, Epilogue epilogue,
                                            RightSide right);

/// float32 in and out.
std::unique_ptr<Gemm::Plan> plan_split(const GemmShape& shape, Epilogue epilogue, RightSide right);

}  // namespace epitaxy::linalg
