#pragma once
/// \file
/// The dense layer y = activation(x W + b) for a fixed number of rows.
#include <cstddef>
#include <optional>

#include "linalg/buffer.h"
#include "linalg/gemm.h"
#include "nn/parameters.h"

namespace epitaxy::nn {

/// How the products of a model are computed: the number type of activations and weights, and who multiplies.
struct Arithmetic {
  linalg::DataType type = linalg::DataType::float32;
  linalg::Backend backend = linalg::Backend::onednn;
};

/// float32 without splitting, for figures that are reported.
inline Arithmetic exact(const Arithmetic& arithmetic) {
  return {linalg::DataType::float32,
          arithmetic.backend == linalg::Backend::split ? linalg::Backend::onednn : arithmetic.backend};
}

enum class Activation { none, relu };

/// Shape and place of a dense layer: which of a layout's parameters are its weight [in, out] and bias [out].
struct DenseSpec {
  std::size_t in = 0;
  std::size_t out = 0;
  Activation activation = Activation::relu;
  std::size_t weight = 0;  ///< Index in the layout.
  std::size_t bias = 0;
};

/// Appends the parameters `name.weight` and `name.bias` to a layout.
DenseSpec add_dense(ParameterLayout& layout, const std::string& name, std::size_t in, std::size_t out,
                    Activation activation);

/// The products of one dense layer, planned for `rows` rows, with the weights packed for them. Activations are of the
/// arithmetic's type; the output of a layer without activation is float32. Gradients of parameters are float32.
class Dense {
 public:
  Dense(const DenseSpec& spec, std::size_t rows, const Arithmetic& arithmetic, bool training);

  const DenseSpec& spec() const { return spec_; }
  /// Packs the weight [in, out], given in the arithmetic's type: once a step.
  void load(const void* weight);
  /// The packed weights may lie elsewhere (64-byte aligned, kept by the caller), where several layers share them.
  std::size_t packed_bytes() const;
  void place(std::byte* packed);
  /// x [rows, in] -> y [rows, out].
  void forward(const void* x, const float* bias, void* y) const;
  /// dy [rows, out] -> dx [rows, in].
  void backward_input(const void* dy, void* dx) const;
  /// x [rows, in], dy [rows, out] -> dweight [in, out] (overwritten). The bias's gradient is the column sums of dy.
  void backward_weight(const void* x, const void* dy, float* dweight) const;

 private:
  DenseSpec spec_;
  linalg::Gemm forward_;
  std::optional<linalg::Gemm> backward_input_;
  std::optional<linalg::Gemm> backward_weight_;
  linalg::Buffer<std::byte> packed_;  ///< Unless they lie elsewhere.
  std::byte* packed_for_forward_ = nullptr;
  std::byte* packed_for_backward_ = nullptr;
};

}  // namespace epitaxy::nn
