#include <cblas.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "linalg/gemm_plan.h"

namespace epitaxy::linalg {

namespace {

class OpenblasPlan final : public Gemm::Plan {
 public:
  OpenblasPlan(const GemmShape& shape, Epilogue epilogue) : shape_(shape), epilogue_(epilogue) {}

  std::size_t packed_bytes() const override {
    return static_cast<std::size_t>(shape_.k) * static_cast<std::size_t>(shape_.n) * sizeof(float);
  }

  void pack(const void* b, void* packed) override { std::memcpy(packed, b, packed_bytes()); }

  void run(const void* a, const void* b, void* c, const float* bias) override {
    const auto& s = shape_;
    auto* out = static_cast<float*>(c);
    cblas_sgemm(CblasRowMajor, s.transpose_a ? CblasTrans : CblasNoTrans, s.transpose_b ? CblasTrans : CblasNoTrans,
                s.m, s.n, s.k, 1.0f, static_cast<const float*>(a), s.transpose_a ? s.m : s.k,
                static_cast<const float*>(b), s.transpose_b ? s.k : s.n, 0.0f, out, s.n);
    if (epilogue_ == Epilogue::none) {
      return;
    }
    const float floor = epilogue_ == Epilogue::bias_relu ? 0.0f : -std::numeric_limits<float>::infinity();
    for (int i = 0; i < s.m; ++i) {
      float* row = out + static_cast<std::size_t>(i) * s.n;
      for (int j = 0; j < s.n; ++j) {
        row[j] = std::max(row[j] + bias[j], floor);
      }
    }
  }

 private:
  GemmShape shape_;
  Epilogue epilogue_;
};

}  // namespace

std::unique_ptr<Gemm::Plan> plan_openblas(const GemmShape& shape, Epilogue epilogue) {
  return std::make_unique<OpenblasPlan>(shape, epilogue);
}

}  // namespace epitaxy::linalg
