#pragma once
/// \file
/// Linear outputs on a shared hidden vector, in float32 whatever the body's number type.
#include <string>
#include <vector>

#include "linalg/buffer.h"
#include "nn/parameters.h"

namespace epitaxy::nn {

/// Heads with parameters `head.NAME.weight` [width], or [outputs, width] of several, and `head.NAME.bias` [outputs] in
/// a layout.
class LinearHeads {
 public:
  struct Spec {
    std::string name;
    std::size_t outputs = 1;
  };
  LinearHeads(ParameterLayout& layout, const std::vector<Spec>& heads, std::size_t width);

  std::size_t count() const { return weights_.size(); }  ///< Outputs of all heads.
  /// hidden [rows, width] -> out [rows, count].
  void forward(const linalg::NumberBuffer& hidden, std::size_t rows, const float* flat, float* out) const;
  /// dout [rows, count] -> gradients of the heads in `flat_gradient` (overwritten) and dhidden [rows, width].
  void backward(const linalg::NumberBuffer& hidden, const float* dout, std::size_t rows, const float* flat,
                float* flat_gradient, linalg::NumberBuffer& dhidden) const;

 private:
  std::size_t width_;
  std::vector<std::size_t> weights_;  ///< [count] offsets in the flat buffer.
  std::vector<std::size_t> biases_;
  mutable std::vector<float> row_;  ///< One hidden row in float32.
  mutable std::vector<float> drow_;
};

}  // namespace epitaxy::nn
