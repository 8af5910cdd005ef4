#include <algorithm>
#include <dnnl.hpp>
#include <vector>

#include "base/error.h"
#include "linalg/gemm_plan.h"

namespace epitaxy::linalg {

namespace {

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

std::unique_ptr<Gemm::Plan> plan_onednn(const GemmShape& shape, DataType inputs, DataType output, Epilogue epilogue,
                                        RightSide right) {
  try {
    return std::make_unique<OnednnPlan>(shape, inputs, output, epilogue, right);
  } catch (const dnnl::error& error) {
    fail("oneDNN has no kernel for a {} x {} x {} product on this CPU: {}", shape.m, shape.n, shape.k, error.what());
  }
}

}  // namespace epitaxy::linalg
