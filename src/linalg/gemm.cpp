#include "linalg/gemm.h"

#include "base/error.h"
#include "linalg/gemm_plan.h"

namespace epitaxy::linalg {

Gemm::Gemm(Backend backend, const GemmShape& shape, DataType inputs, DataType output, Epilogue epilogue,
           RightSide right)
    : shape_(shape) {
  check(shape.m > 0 && shape.n > 0 && shape.k > 0, "a matrix product needs positive sizes");
  const bool all_float32 = inputs == DataType::float32 && output == DataType::float32;
  switch (backend) {
    case Backend::openblas:
      check(all_float32, "OpenBLAS multiplies float32 only");
      plan_ = plan_openblas(shape, epilogue);
      break;
    case Backend::split:
      check(all_float32, "products that split float32 take and give float32");
      plan_ = plan_split(shape, epilogue, right);
      break;
    case Backend::onednn:
      plan_ = plan_transposed(shape, inputs, output, epilogue, right);
      if (!plan_) {
        plan_ = plan_onednn(shape, inputs, output, epilogue, right);
      }
      break;
  }
}

Gemm::~Gemm() = default;
Gemm::Gemm(Gemm&&) noexcept = default;
Gemm& Gemm::operator=(Gemm&&) noexcept = default;

std::size_t Gemm::packed_bytes() const { return plan_->packed_bytes(); }

void Gemm::pack(const void* b, void* packed) const { plan_->pack(b, packed); }

void Gemm::run(const void* a, const void* b, void* c, const float* bias) const { plan_->run(a, b, c, bias); }

}  // namespace epitaxy::linalg
