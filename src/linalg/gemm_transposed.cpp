#include <cstring>

#include "linalg/gemm_plan.h"
#include "linalg/transposed_product.h"

namespace epitaxy::linalg {

namespace {

class TransposedPlan final : public Gemm::Plan {
 public:
  explicit TransposedPlan(const GemmShape& shape)
      : shape_(shape), product_(static_cast<std::size_t>(shape.m), static_cast<std::size_t>(shape.n)) {}

  std::size_t packed_bytes() const override {
    return static_cast<std::size_t>(shape_.k) * static_cast<std::size_t>(shape_.n) * sizeof(Bfloat16);
  }

  void pack(const void* b, void* packed) override { std::memcpy(packed, b, packed_bytes()); }

  void run(const void* a, const void* b, void* c, const float* /*bias*/) override {
    product_.run(static_cast<const Bfloat16*>(a), static_cast<const Bfloat16*>(b), static_cast<std::size_t>(shape_.k),
                 static_cast<float*>(c));
  }

 private:
  GemmShape shape_;
  TransposedProduct product_;
};

}  // namespace

std::unique_ptr<Gemm::Plan> plan_transposed(const GemmShape& shape, DataType inputs, DataType output, Epilogue epilogue,
                                            RightSide right) {
  const auto whole_tiles = [](int size) { return size % static_cast<int>(TransposedProduct::kMultiple) == 0; };
  const bool suits = shape.transpose_a && !shape.transpose_b && inputs == DataType::bfloat16 &&
                     output == DataType::float32 && epilogue == Epilogue::none && right == RightSide::plain &&
                     whole_tiles(shape.m) && whole_tiles(shape.n) && whole_tiles(shape.k);
  return suits && TransposedProduct::available() ? std::make_unique<TransposedPlan>(shape) : nullptr;
}

}  // namespace epitaxy::linalg
