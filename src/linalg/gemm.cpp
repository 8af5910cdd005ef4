#include "epitaxy/linalg/gemm.h"

#include <cblas.h>
#include <immintrin.h>
#include <omp.h>

#include <cpuid.h>
#include <algorithm>
#include <cstring>
#include <dnnl.hpp>
#include <string>
#include <vector>

#include "epitaxy/base/error.h"

namespace epitaxy::linalg {

/// A back end's prepared product.
class Gemm::Plan {
 public:
  virtual ~Plan() = default;
  virtual std::size_t packed_bytes() const = 0;
  virtual void pack(const void* b, void* packed) = 0;
  virtual void run(const void* a, const void* b, void* c, const float* bias) = 0;
};

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

dnnl::memory::data_type dnnl_type(DataType type) {
  return type == DataType::float32 ? dnnl::memory::data_type::f32 : dnnl::memory::data_type::bf16;
}

const dnnl::engine& cpu_engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

class OnednnPlan final : public Gemm::Plan {
 public:
  OnednnPlan(const GemmShape& s, DataType inputs, DataType output, Epilogue epilogue, RightSide right)
      : stream_(cpu_engine()) {
    using dims = dnnl::memory::dims;
    const dims a_strides = s.transpose_a ? dims{1, s.m} : dims{s.k, 1};
    const dims b_strides = s.transpose_b ? dims{1, s.k} : dims{s.n, 1};
    const dnnl::memory::desc a({s.m, s.k}, dnnl_type(inputs), a_strides);
    const dnnl::memory::desc plain_b({s.k, s.n}, dnnl_type(inputs), b_strides);
    const dnnl::memory::desc any_b({s.k, s.n}, dnnl_type(inputs), dnnl::memory::format_tag::any);
    const dnnl::memory::desc& b = right == RightSide::packed ? any_b : plain_b;
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
    memories_ = {dnnl::memory(a, cpu_engine(), nullptr), dnnl::memory(primitive.weights_desc(), cpu_engine(), nullptr),
                 dnnl::memory(c, cpu_engine(), nullptr),
                 dnnl::memory(primitive.scratchpad_desc(), cpu_engine(), scratch_.data())};
    arguments_ = {{DNNL_ARG_SRC, memories_[0].get()},
                  {DNNL_ARG_WEIGHTS, memories_[1].get()},
                  {DNNL_ARG_DST, memories_[2].get()},
                  {DNNL_ARG_SCRATCHPAD, memories_[3].get()}};
    if (with_bias) {
      memories_.emplace_back(bias, cpu_engine(), nullptr);
      arguments_.push_back({DNNL_ARG_BIAS, memories_.back().get()});
    }
    packed_bytes_ = primitive.weights_desc().get_size();
    plain_ = dnnl::memory(plain_b, cpu_engine(), nullptr);
    packed_ = dnnl::memory(primitive.weights_desc(), cpu_engine(), nullptr);
    pack_ = dnnl::reorder(plain_, packed_);
    pack_arguments_ = {{DNNL_ARG_FROM, plain_.get()}, {DNNL_ARG_TO, packed_.get()}};
  }

  std::size_t packed_bytes() const override { return packed_bytes_; }

  void pack(const void* b, void* packed) override {
    plain_.set_data_handle(const_cast<void*>(b));
    packed_.set_data_handle(packed);
    execute(pack_, pack_arguments_);
  }

  void run(const void* a, const void* b, void* c, const float* bias) override {
    memories_[0].set_data_handle(const_cast<void*>(a));
    memories_[1].set_data_handle(const_cast<void*>(b));
    memories_[2].set_data_handle(c);
    if (bias != nullptr) {
      memories_[4].set_data_handle(const_cast<float*>(bias));
    }
    execute(matmul_, arguments_);
  }

 private:
  /// By oneDNN's C interface, as the other one allocates in each call.
  void execute(const dnnl::primitive& primitive, const std::vector<dnnl_exec_arg_t>& arguments) {
    dnnl::error::wrap_c_api(
        dnnl_primitive_execute(primitive.get(), stream_.get(), static_cast<int>(arguments.size()), arguments.data()),
        "oneDNN could not execute a primitive");
    stream_.wait();
  }

  dnnl::stream stream_;
  dnnl::matmul matmul_;
  Buffer<std::byte> scratch_;
  std::vector<dnnl::memory> memories_;  ///< A, B, C, scratch and, if there is one, the bias.
  std::vector<dnnl_exec_arg_t> arguments_;
  std::size_t packed_bytes_ = 0;
  dnnl::memory plain_;
  dnnl::memory packed_;
  dnnl::reorder pack_;
  std::vector<dnnl_exec_arg_t> pack_arguments_;
};

}  // namespace

Gemm::Gemm(Backend backend, const GemmShape& shape, DataType inputs, DataType output, Epilogue epilogue,
           RightSide right)
    : shape_(shape) {
  check(shape.m > 0 && shape.n > 0 && shape.k > 0, "a matrix product needs positive sizes");
  if (backend == Backend::openblas) {
    check(inputs == DataType::float32 && output == DataType::float32, "OpenBLAS multiplies float32 only");
    plan_ = std::make_unique<OpenblasPlan>(shape, epilogue);
  } else {
    try {
      plan_ = std::make_unique<OnednnPlan>(shape, inputs, output, epilogue, right);
    } catch (const dnnl::error& error) {
      fail("oneDNN has no kernel for a {} x {} x {} product on this CPU: {}", shape.m, shape.n, shape.k, error.what());
    }
  }
}

Gemm::~Gemm() = default;
Gemm::Gemm(Gemm&&) noexcept = default;
Gemm& Gemm::operator=(Gemm&&) noexcept = default;

std::size_t Gemm::packed_bytes() const { return plan_->packed_bytes(); }

void Gemm::pack(const void* b, void* packed) const { plan_->pack(b, packed); }

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
