#include "nn/linear_heads.h"

#include <algorithm>

#include "linalg/elementwise.h"

namespace epitaxy::nn {

LinearHeads::LinearHeads(ParameterLayout& layout, const std::vector<Spec>& heads, std::size_t width)
    : width_(width), row_(width), drow_(width) {
  for (const auto& [name, outputs] : heads) {
    const auto shape = outputs == 1 ? std::vector{width} : std::vector{outputs, width};
    const std::size_t weight = layout.add("head." + name + ".weight", shape, he_bound(width));
    const std::size_t bias = layout.add("head." + name + ".bias", {outputs}, 0.0);
    for (std::size_t k = 0; k < outputs; ++k) {
      weights_.push_back(layout[weight].offset + k * width);
      biases_.push_back(layout[bias].offset + k);
    }
  }
}

namespace {

const float* float_row(const linalg::NumberBuffer& matrix, std::size_t row, std::size_t width, float* scratch) {
  if (matrix.type() == linalg::DataType::float32) {
    return matrix.as<float>() + row * width;
  }
  linalg::convert(matrix.as<linalg::Bfloat16>() + row * width, scratch, width);
  return scratch;
}

}  // namespace

void LinearHeads::forward(const linalg::NumberBuffer& hidden, std::size_t rows, const float* flat, float* out) const {
  for (std::size_t i = 0; i < rows; ++i) {
    const float* x = float_row(hidden, i, width_, row_.data());
    for (std::size_t h = 0; h < count(); ++h) {
      const float* w = flat + weights_[h];
      float sum = 0;
      for (std::size_t j = 0; j < width_; ++j) {
        sum += x[j] * w[j];
      }
      out[i * count() + h] = sum + flat[biases_[h]];
    }
  }
}

void LinearHeads::backward(const linalg::NumberBuffer& hidden, const float* dout, std::size_t rows, const float* flat,
                           float* flat_gradient, linalg::NumberBuffer& dhidden) const {
  for (std::size_t h = 0; h < count(); ++h) {
    std::fill_n(flat_gradient + weights_[h], width_, 0.0f);
    flat_gradient[biases_[h]] = 0;
  }
  for (std::size_t i = 0; i < rows; ++i) {
    const float* x = float_row(hidden, i, width_, row_.data());
    std::ranges::fill(drow_, 0.0f);
    for (std::size_t h = 0; h < count(); ++h) {
      const float d = dout[i * count() + h];
      const float* w = flat + weights_[h];
      float* dw = flat_gradient + weights_[h];
      for (std::size_t j = 0; j < width_; ++j) {
        dw[j] += d * x[j];
        drow_[j] += d * w[j];
      }
      flat_gradient[biases_[h]] += d;
    }
    linalg::convert(drow_.data(), dhidden, width_, i * width_);
  }
}

}  // namespace epitaxy::nn
