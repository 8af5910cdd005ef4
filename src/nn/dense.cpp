#include "epitaxy/nn/dense.h"

#include "epitaxy/linalg/elementwise.h"

namespace epitaxy::nn {

using linalg::DataType;
using linalg::Epilogue;
using linalg::Gemm;
using linalg::GemmShape;

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
  return {arithmetic.backend, shape, arithmetic.type, hidden ? arithmetic.type : DataType::float32,
          hidden ? Epilogue::bias_relu : Epilogue::bias};
}

}  // namespace

Dense::Dense(const DenseSpec& spec, std::size_t rows, const Arithmetic& arithmetic, bool training)
    : spec_(spec), rows_(rows), forward_(plan_forward(spec, rows, arithmetic)) {
  if (training) {
    const int m = static_cast<int>(rows);
    const int in = static_cast<int>(spec.in);
    const int out = static_cast<int>(spec.out);
    backward_input_.emplace(arithmetic.backend, GemmShape{m, in, out, false, true}, arithmetic.type, arithmetic.type);
    backward_weight_.emplace(arithmetic.backend, GemmShape{in, out, m, true, false}, arithmetic.type,
                             DataType::float32);
  }
}

void Dense::forward(const void* x, const void* weight, const float* bias, void* y) const {
  forward_.run(x, weight, y, bias);
}

void Dense::backward_input(const void* dy, const void* weight, void* dx) const { backward_input_->run(dy, weight, dx); }

void Dense::backward_weight(const void* x, const linalg::NumberBuffer& dy, float* dweight, float* dbias) const {
  backward_weight_->run(x, dy.data(), dweight);
  linalg::column_sums(dy, rows_, spec_.out, dbias);
}

}  // namespace epitaxy::nn
