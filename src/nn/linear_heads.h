#pragma once
/// \file
/// One linear output per target on a shared hidden vector, in float32 whatever the body's number type.
#include <string>
#include <vector>

#include "linalg/buffer.h"
#include "nn/parameters.h"

namespace epitaxy::nn {

/// Heads with parameters `head.NAME.weight` [width] and `head.NAME.bias` [1] in a layout.
class LinearHeads {
 public:
  LinearHeads(ParameterLayout& layout, const std::vector<std::string>& names, std::size_t width);

  std::size_t count() const { return weights_.size(); }
  /// hidden [rows, width] -> out [rows, heads].
  void forward(const linalg::NumberBuffer& hidden, std::size_t rows, const float* flat, float* out) const;
  /// dout [rows, heads] -> gradients of the heads in `flat_gradient` (overwritten) and dhidden [rows, width].
  void backward(const linalg::NumberBuffer& hidden, const float* dout, std::size_t rows, const float* flat,
                float* flat_gradient, linalg::NumberBuffer& dhidden) const;

 private:
  std::size_t width_;
  std::vector<std::size_t> weights_;  ///< Offsets in the flat buffer.
  std::vector<std::size_t> biases_;
  mutable std::vector<float> row_;  ///< One hidden row in float32.
  mutable std::vector<float> drow_;
};

}  // namespace epitaxy::nn
