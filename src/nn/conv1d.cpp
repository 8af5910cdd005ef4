#include "nn/conv1d.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "linalg/elementwise.h"
#include "nn/embedding.h"

namespace epitaxy::nn {

using linalg::Bfloat16;
using linalg::DataType;
using linalg::Epilogue;
using linalg::Gemm;
using linalg::GemmShape;
using linalg::NumberBuffer;

namespace {

Conv1dSpec add_parameters(ParameterLayout& layout, const std::string& name, Conv1dSpec spec, double bound) {
  if (spec.kernel == 0 || spec.kernel > spec.length) {
    fail("{}: a kernel of {} does not fit a sequence of {}", name, spec.kernel, spec.length);
  }
  spec.weight = layout.add(name + ".weight", {spec.window(), spec.out}, bound);
  spec.bias = layout.add(name + ".bias", {spec.out}, 0.0);
  return spec;
}

}  // namespace

Conv1dSpec add_conv1d(ParameterLayout& layout, const std::string& name, std::size_t length, std::size_t in,
                      std::size_t out, std::size_t kernel, Activation activation) {
  return add_parameters(layout, name, {length, in, out, kernel, activation, 0, 0}, he_bound(kernel * in));
}

Conv1dSpec add_token_conv1d(ParameterLayout& layout, const std::string& name, std::size_t length, std::size_t tokens,
                            std::size_t out, std::size_t kernel, Activation activation) {
  return add_parameters(layout, name, {length, tokens, out, kernel, activation, 0, 0}, he_bound(kernel));
}

namespace {

Gemm plan_forward(const Conv1dSpec& spec, std::size_t rows, const Arithmetic& arithmetic) {
  const bool hidden = spec.activation == Activation::relu;
  const GemmShape shape{static_cast<int>(rows * spec.out_length()), static_cast<int>(spec.out),
                        static_cast<int>(spec.window())};
  return {arithmetic.backend, shape, arithmetic.type, hidden ? arithmetic.type : DataType::float32,
          hidden ? Epilogue::bias_relu : Epilogue::bias};
}

}  // namespace

Conv1d::Conv1d(const Conv1dSpec& spec, std::size_t rows, const Arithmetic& arithmetic, bool training)
    : spec_(spec),
      rows_(rows),
      forward_(plan_forward(spec, rows, arithmetic)),
      windows_(arithmetic.type, rows * spec.out_length() * spec.window()) {
  if (training) {
    const int positions = static_cast<int>(rows * spec.out_length());
    const int window = static_cast<int>(spec.window());
    const int out = static_cast<int>(spec.out);
    backward_input_.emplace(arithmetic.backend, GemmShape{positions, window, out, false, true}, arithmetic.type,
                            DataType::float32);
    backward_weight_.emplace(arithmetic.backend, GemmShape{window, out, positions, true, false}, arithmetic.type,
                             DataType::float32);
    dwindows_ = linalg::Buffer<float>(windows_.size());
    row_ = linalg::Buffer<float>(spec.length * spec.in);
  }
}

void Conv1d::gather_windows(const void* x) {
  const std::size_t number = linalg::bytes_of(windows_.type());
  const std::size_t window = spec_.window() * number;
  const auto* from = static_cast<const std::byte*>(x);
  auto* to = windows_.as<std::byte>();
  for (std::size_t row = 0; row < rows_; ++row) {
    for (std::size_t t = 0; t < spec_.out_length(); ++t) {
      std::memcpy(to, from + t * spec_.in * number, window);
      to += window;
    }
    from += spec_.length * spec_.in * number;
  }
}

void Conv1d::forward(const void* x, const void* weight, const float* bias, void* y) {
  gather_windows(x);
  forward_.run(windows_.data(), weight, y, bias);
}

void Conv1d::backward_input(const void* dy, const void* weight, NumberBuffer& dx) {
  backward_input_->run(dy, weight, dwindows_.data());
  const float* from = dwindows_.data();
  for (std::size_t row = 0; row < rows_; ++row) {
    std::ranges::fill(row_, 0.0f);
    for (std::size_t t = 0; t < spec_.out_length(); ++t) {
      linalg::add(row_.data() + t * spec_.in, from, spec_.window());
      from += spec_.window();
    }
    linalg::convert(row_.data(), dx, row_.size(), row * row_.size());
  }
}

void Conv1d::backward_weight(const void* x, const NumberBuffer& dy, float* dweight, float* dbias) {
  gather_windows(x);
  backward_weight_->run(windows_.data(), dy.data(), dweight);
  linalg::column_sums(dy, rows_ * spec_.out_length(), spec_.out, dbias);
}

TokenConv1d::TokenConv1d(const Conv1dSpec& spec, std::size_t rows, const Arithmetic& arithmetic)
    : spec_(spec), rows_(rows), type_(arithmetic.type), sums_(spec.out_length() * spec.out) {}

void TokenConv1d::forward(const std::int32_t* ids, const void* weight, const float* bias, NumberBuffer& y) {
  const TokenRows shape{spec_.in, spec_.out};
  const std::size_t size = shape.tokens * shape.width;
  const float floor = spec_.activation == Activation::relu ? 0.0f : -std::numeric_limits<float>::infinity();
  for (std::size_t row = 0; row < rows_; ++row) {
    for (std::size_t t = 0; t < spec_.out_length(); ++t) {
      std::copy_n(bias, spec_.out, sums_.data() + t * spec_.out);
    }
    for (std::size_t k = 0; k < spec_.kernel; ++k) {
      const std::int32_t* seen = ids + row * spec_.length + k;
      if (type_ == DataType::float32) {
        add_gathered_rows(shape, static_cast<const float*>(weight) + k * size, seen, spec_.out_length(), sums_.data());
      } else {
        add_gathered_rows(shape, static_cast<const Bfloat16*>(weight) + k * size, seen, spec_.out_length(),
                          sums_.data());
      }
    }
    for (float& sum : sums_) {
      sum = sum < floor ? floor : sum;
    }
    linalg::convert(sums_.data(), y, sums_.size(), row * sums_.size());
  }
}

void TokenConv1d::backward_weight(const std::int32_t* ids, const NumberBuffer& dy, float* dweight, float* dbias) const {
  const TokenRows shape{spec_.in, spec_.out};
  const std::size_t size = shape.tokens * shape.width;
  const std::size_t outputs = spec_.out_length() * spec_.out;
  std::fill_n(dweight, spec_.kernel * size, 0.0f);
  for (std::size_t row = 0; row < rows_; ++row) {
    for (std::size_t k = 0; k < spec_.kernel; ++k) {
      const std::int32_t* seen = ids + row * spec_.length + k;
      if (dy.type() == DataType::float32) {
        scatter_add_rows(shape, dy.as<float>() + row * outputs, seen, spec_.out_length(), dweight + k * size);
      } else {
        scatter_add_rows(shape, dy.as<Bfloat16>() + row * outputs, seen, spec_.out_length(), dweight + k * size);
      }
    }
  }
  linalg::column_sums(dy, rows_ * spec_.out_length(), spec_.out, dbias);
}

}  // namespace epitaxy::nn
