#pragma once
/// \file
/// One-dimensional convolution without padding ("valid"), y[t] = activation(sum over k of x[t + k] W[k] + b), for a
/// fixed number of rows. Sequences are stored channels last, [rows, length, channels], so the window of one output
/// position is a contiguous span of kernel * in numbers and the products are plain matrix products.
#include <cstdint>
#include <optional>
#include <string>

#include "linalg/buffer.h"
#include "linalg/gemm.h"
#include "nn/dense.h"
#include "nn/parameters.h"

namespace epitaxy::nn {

/// Shape and place of a convolution: which of a layout's parameters are its weight [kernel * in, out] (rows by kernel
/// position, then by input channel) and bias [out].
struct Conv1dSpec {
  std::size_t length = 0;  ///< Of the input.
  std::size_t in = 0;      ///< Channels.
  std::size_t out = 0;
  std::size_t kernel = 0;
  Activation activation = Activation::relu;
  std::size_t weight = 0;  ///< Index in the layout.
  std::size_t bias = 0;

  std::size_t out_length() const { return length - kernel + 1; }
  std::size_t window() const { return kernel * in; }
};

/// Appends the parameters `name.weight` and `name.bias` to a layout. Throws Error when the kernel is longer than the
/// input.
Conv1dSpec add_conv1d(ParameterLayout& layout, const std::string& name, std::size_t length, std::size_t in,
                      std::size_t out, std::size_t kernel, Activation activation);
/// The same for a layer on one-hot input. Only one of the `tokens` channels of a position is not zero, so the starting
/// weights are those of a layer with one input channel.
Conv1dSpec add_token_conv1d(ParameterLayout& layout, const std::string& name, std::size_t length, std::size_t tokens,
                            std::size_t out, std::size_t kernel, Activation activation);

/// The products of one convolution. Number types as for Dense: inputs, weights and outputs are of the arithmetic's
/// type, the output of a layer without activation is float32, gradients of weights are float32. As for Dense, the
/// backward pass of the activation is the caller's (linalg::relu_backward). Not thread safe: it owns scratch memory.
class Conv1d {
 public:
  Conv1d(const Conv1dSpec& spec, std::size_t rows, const Arithmetic& arithmetic, bool training);

  const Conv1dSpec& spec() const { return spec_; }
  /// x [rows, length, in] -> y [rows, out_length, out].
  void forward(const void* x, const void* weight, const float* bias, void* y);
  /// dy [rows, out_length, out] -> dx [rows, length, in] (overwritten).
  void backward_input(const void* dy, const void* weight, linalg::NumberBuffer& dx);
  /// x, dy -> dweight [kernel * in, out], dbias [out] (both overwritten).
  void backward_weight(const void* x, const linalg::NumberBuffer& dy, float* dweight, float* dbias);

 private:
  void gather_windows(const void* x);

  Conv1dSpec spec_;
  std::size_t rows_;
  linalg::Gemm forward_;
  std::optional<linalg::Gemm> backward_input_;
  std::optional<linalg::Gemm> backward_weight_;
  linalg::NumberBuffer windows_;    ///< [rows * out_length, kernel * in]
  linalg::Buffer<float> dwindows_;  ///< The same for gradients of the input.
  linalg::Buffer<float> row_;       ///< [length, in] the gradient of one row, before it is rounded.
};

/// The same layer on one-hot input given as token ids [rows, length]: `in` is the number of tokens, id -1 stands for
/// the zero vector. Rows of the weight are gathered instead of multiplied; there is no gradient of the input. Sums are
/// float32 in a fixed order. Throws Error for an id outside [-1, in). Not thread safe: it owns scratch memory.
class TokenConv1d {
 public:
  TokenConv1d(const Conv1dSpec& spec, std::size_t rows, const Arithmetic& arithmetic);

  const Conv1dSpec& spec() const { return spec_; }
  /// ids [rows, length] -> y [rows, out_length, out].
  void forward(const std::int32_t* ids, const void* weight, const float* bias, linalg::NumberBuffer& y);
  /// ids, dy [rows, out_length, out] -> dweight [kernel * in, out], dbias [out] (both overwritten).
  void backward_weight(const std::int32_t* ids, const linalg::NumberBuffer& dy, float* dweight, float* dbias) const;

 private:
  Conv1dSpec spec_;
  std::size_t rows_;
  linalg::DataType type_;
  linalg::Buffer<float> sums_;  ///< [out_length, out] the output of one row, before it is rounded.
};

}  // namespace epitaxy::nn
