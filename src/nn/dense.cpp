#include "nn/dense.h"

namespace epitaxy::nn {

using linalg::DataType;
using linalg::Epilogue;
using linalg::Gemm;
using linalg::GemmShape;
using linalg::RightSide;

DenseSpec add_dense(ParameterLayout& layout, const std::string& name, std::size_t in, std::size_t out,
                    Activation activation) {
  DenseSpec spec{in, out, activation, 0, 0};
  spec.weight = layout.add(name + ".weight", {in, out}, he_bound(in));
  spec.bias = layout.add(name + ".bias", {out}, 0.0);
  return spec;
}

namespace {

Gemm plan_forward(const DenseSpec& spec, std::size_t rows, const Arithmetic& arithmetic) {
  const bool hidden = spec.activation == Activation::relu;
  const GemmShape shape{static_cast<int>(rows), static_cast<int>(spec.out), static_cast<int>(spec.in)};
  return {arithmetic.backend,
          shape,
          arithmetic.type,
          hidden ? arithmetic.type : DataType::float32,
          hidden ? Epilogue::bias_relu : Epilogue::bias,
          RightSide::packed};
}

std::size_t round_up(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

Dense::Dense(const DenseSpec& spec, std::size_t rows, const Arithmetic& arithmetic, bool training)
    : spec_(spec), forward_(plan_forward(spec, rows, arithmetic)) {
  if (training) {
    const int m = static_cast<int>(rows);
    const int in = static_cast<int>(spec.in);
    const int out = static_cast<int>(spec.out);
    backward_input_.emplace(arithmetic.backend, GemmShape{m, in, out, false, true}, arithmetic.type, arithmetic.type,
                            Epilogue::none, RightSide::packed);
    backward_weight_.emplace(arithmetic.backend, GemmShape{in, out, m, true, false}, arithmetic.type,
                             DataType::float32);
  }
  linalg::Buffer<std::byte> packed(packed_bytes());
  place(packed.data());
  packed_ = std::move(packed);
}

std::size_t Dense::packed_bytes() const {
  return round_up(forward_.packed_bytes()) + (backward_input_ ? round_up(backward_input_->packed_bytes()) : 0);
}

void Dense::place(std::byte* packed) {
  packed_ = {};
  packed_for_forward_ = packed;
  packed_for_backward_ = packed + round_up(forward_.packed_bytes());
}

void Dense::load(const void* weight) {
  forward_.pack(weight, packed_for_forward_);
  if (backward_input_) {
    backward_input_->pack(weight, packed_for_backward_);
  }
}

void Dense::forward(const void* x, const float* bias, void* y) const { forward_.run(x, packed_for_forward_, y, bias); }

void Dense::backward_input(const void* dy, void* dx) const { backward_input_->run(dy, packed_for_backward_, dx); }

void Dense::backward_weight(const void* x, const void* dy, float* dweight) const {
  backward_weight_->run(x, dy, dweight);
}

}  // namespace epitaxy::nn
