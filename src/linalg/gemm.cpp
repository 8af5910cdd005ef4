#include "epitaxy/linalg/gemm.h"

#include <cblas.h>
#include <immintrin.h>
#include <omp.h>

#include <cpuid.h>
#include <algorithm>
#include <dnnl.hpp>
#include <string>
#include <unordered_map>

#include "epitaxy/base/error.h"

namespace epitaxy::linalg {

/// A back end's prepared product.
class Gemm::Plan {
 public:
  virtual ~Plan() = default;
  virtual void run(const void* a, const void* b, void* c, const float* bias) = 0;
};

namespace {

class OpenblasPlan final : public Gemm::Plan {
 public:
  OpenblasPlan(const GemmShape& shape, Epilogue epilogue) : shape_(shape), epilogue_(epilogue) {}

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

dnnl::memory::data_type dnnl_type(DataType type) {
  return type == DataType::float32 ? dnnl::memory::data_type::f32 : dnnl::memory::data_type::bf16;
}

const dnnl::engine& cpu_engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

class OnednnPlan final : public Gemm::Plan {
 public:
  OnednnPlan(const GemmShape& s, DataType inputs, DataType output, Epilogue epilogue) : stream_(cpu_engine()) {
    using dims = dnnl::memory::dims;
    const dims a_strides = s.transpose_a ? dims{1, s.m} : dims{s.k, 1};
    const dims b_strides = s.transpose_b ? dims{1, s.k} : dims{s.n, 1};
    const dnnl::memory::desc a({s.m, s.k}, dnnl_type(inputs), a_strides);
    const dnnl::memory::desc b({s.k, s.n}, dnnl_type(inputs), b_strides);
    const dnnl::memory::desc c({s.m, s.n}, dnnl_type(output), dims{s.n, 1});
    const dnnl::memory::desc bias({1, s.n}, dnnl::memory::data_type::f32, dims{s.n, 1});
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (epilogue == Epilogue::bias_relu) {
      dnnl::post_ops operations;
      operations.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
      attributes.set_post_ops(operations);
    }
    const bool with_bias = epilogue != Epilogue::none;
    const auto description = with_bias ? dnnl::matmul::desc(a, b, bias, c) : dnnl::matmul::desc(a, b, c);
    const dnnl::matmul::primitive_desc primitive(description, attributes, cpu_engine());
    matmul_ = dnnl::matmul(primitive);
    scratch_ = Buffer<std::byte>(std::max<std::size_t>(primitive.scratchpad_desc().get_size(), 64));
    arguments_ = {{DNNL_ARG_SRC, dnnl::memory(a, cpu_engine(), nullptr)},
                  {DNNL_ARG_WEIGHTS, dnnl::memory(b, cpu_engine(), nullptr)},
                  {DNNL_ARG_DST, dnnl::memory(c, cpu_engine(), nullptr)},
                  {DNNL_ARG_SCRATCHPAD, dnnl::memory(primitive.scratchpad_desc(), cpu_engine(), scratch_.data())}};
    if (with_bias) {
      arguments_.emplace(DNNL_ARG_BIAS, dnnl::memory(bias, cpu_engine(), nullptr));
    }
  }

  void run(const void* a, const void* b, void* c, const float* bias) override {
    arguments_.at(DNNL_ARG_SRC).set_data_handle(const_cast<void*>(a));
    arguments_.at(DNNL_ARG_WEIGHTS).set_data_handle(const_cast<void*>(b));
    arguments_.at(DNNL_ARG_DST).set_data_handle(c);
    if (bias != nullptr) {
      arguments_.at(DNNL_ARG_BIAS).set_data_handle(const_cast<float*>(bias));
    }
    matmul_.execute(stream_, arguments_);
    stream_.wait();
  }

 private:
  dnnl::stream stream_;
  dnnl::matmul matmul_;
  Buffer<std::byte> scratch_;
  std::unordered_map<int, dnnl::memory> arguments_;
};

}  // namespace

Gemm::Gemm(Backend backend, const GemmShape& shape, DataType inputs, DataType output, Epilogue epilogue)
    : shape_(shape) {
  check(shape.m > 0 && shape.n > 0 && shape.k > 0, "a matrix product needs positive sizes");
  if (backend == Backend::openblas) {
    check(inputs == DataType::float32 && output == DataType::float32, "OpenBLAS multiplies float32 only");
    plan_ = std::make_unique<OpenblasPlan>(shape, epilogue);
  } else {
    try {
      plan_ = std::make_unique<OnednnPlan>(shape, inputs, output, epilogue);
    } catch (const dnnl::error& error) {
      fail("oneDNN has no kernel for a {} x {} x {} product on this CPU: {}", shape.m, shape.n, shape.k, error.what());
    }
  }
}

Gemm::~Gemm() = default;
Gemm::Gemm(Gemm&&) noexcept = default;
Gemm& Gemm::operator=(Gemm&&) noexcept = default;

void Gemm::run(const void* a, const void* b, void* c, const float* bias) const { plan_->run(a, b, c, bias); }

void set_up_kernels() {
  openblas_set_num_threads(1);
  omp_set_num_threads(1);
  _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
  _mm_setcsr(_mm_getcsr() | 0x0040u);  // denormals are zero
}

namespace {

struct CpuFlags {
  bool avx2 = false, avx512 = false, avx512_bf16 = false, amx_bf16 = false;
};

CpuFlags detect_cpu() {
  CpuFlags flags;
  flags.avx2 = __builtin_cpu_supports("avx2") != 0;
  flags.avx512 = __builtin_cpu_supports("avx512f") != 0;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (flags.avx512 && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0) {
    flags.avx512_bf16 = ((a >> 5) & 1u) != 0;
  }
  if (flags.avx512 && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) {
    flags.amx_bf16 = ((d >> 22) & 1u) != 0;
  }
  return flags;
}

}  // namespace

bool has_fast_bfloat16() {
  const CpuFlags flags = detect_cpu();
  return flags.avx512_bf16 || flags.amx_bf16;
}

const char* cpu_features() {
  static const std::string names = [] {
    const CpuFlags flags = detect_cpu();
    std::string text;
    for (const auto& [has, name] :
         {std::pair{flags.avx2, "AVX2"}, std::pair{flags.avx512, "AVX512F"},
          std::pair{flags.avx512_bf16, "AVX512-BF16"}, std::pair{flags.amx_bf16, "AMX-BF16"}}) {
      if (has) {
        text += (text.empty() ? "" : " ") + std::string(name);
      }
    }
    return text.empty() ? std::string("none of AVX2, AVX512, AMX") : text;
  }();
  return names.c_str();
}

}  // namespace epitaxy::linalg
