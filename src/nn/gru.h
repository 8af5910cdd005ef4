#pragma once
/// \file
/// A gated recurrent unit (Cho et al., EMNLP 2014, arXiv:1406.1078) in the variant of PyTorch's torch.nn.GRU:
///
///     r = sigmoid(x W_r + b_r + h U_r + c_r)          z = sigmoid(x W_z + b_z + h U_z + c_z)
///     n = tanh(x W_n + b_n + r * (h U_n + c_n))       h' = (1 - z) * n + z * h,   h = 0 before the first step
///
/// The part that knows the input (x W + b, "gate inputs") is merged over time and apart from the recurrence, so a
/// caller may compute it in its own way. Matrices of activations are packed, [total, width], as PackedRows says; their
/// columns are rounded up (`padded`) for speed, and the additional ones are zero. Rows in a step's last block that have
/// ended are computed as well: a caller gives them finite inputs and a zero gradient.
#include <optional>
#include <string>

#include "linalg/buffer.h"
#include "nn/dense.h"
#include "nn/packed_rows.h"
#include "nn/parameters.h"
#include "nn/row_products.h"

namespace epitaxy::nn {

/// Columns of packed activations: products of other widths run at half the speed in bfloat16.
inline constexpr std::size_t padded(std::size_t width) { return round_up(width, 32); }

/// Shape and place of a GRU layer: which of a layout's parameters are its `input.weight` [in, 3 hidden], `input.bias`
/// [3 hidden], `hidden.weight` [hidden, 3 hidden] and `hidden.bias` [3 hidden] (gates in the order r, z, n).
struct GruSpec {
  std::size_t in = 0;
  std::size_t hidden = 0;
  std::size_t input_weight = 0;  ///< Indices in the layout.
  std::size_t input_bias = 0;
  std::size_t hidden_weight = 0;
  std::size_t hidden_bias = 0;
};

/// Appends `name.input.weight` etc. to a layout, all uniform in +-1 / sqrt(hidden) as PyTorch's.
GruSpec add_gru(ParameterLayout& layout, const std::string& name, std::size_t in, std::size_t hidden);

/// Copies a matrix [rows, 3 hidden] to [padded rows, 3 padded hidden] with zeros between, in the buffer's type.
void pad_gates(const float* from, std::size_t rows, std::size_t hidden, linalg::NumberBuffer& to);
/// The reverse for float32: what was padded is dropped.
void unpad_gates(const float* from, std::size_t rows, std::size_t hidden, float* to);

/// Who computes the gate inputs of a layer.
enum class GateInputs { layer, caller };

/// The state of a step-wise use of a layer.
struct GruState {
  linalg::Buffer<float> hidden;  ///< [rows, width]
  linalg::NumberBuffer output;   ///< The same in the arithmetic's type: the output of the last step.
};

/// One layer for at most `rows` sequences of at most `steps` steps, with its activations. In bfloat16 the products'
/// inputs and what is kept for the backward pass are bfloat16; the state and the gates are computed in float32. Not
/// thread safe.
class Gru {
 public:
  Gru(const GruSpec& spec, std::size_t rows, std::size_t steps, const Arithmetic& arithmetic, bool training,
      GateInputs inputs);

  const GruSpec& spec() const { return spec_; }
  std::size_t width() const { return width_; }        ///< Columns of the output.
  std::size_t in_width() const { return in_width_; }  ///< Columns of the input.
  double flops_per_row() const;                       ///< Of the forward products, one step.

  /// Takes over the weights from a flat float32 buffer: once a step.
  void load(const ParameterLayout& layout, const float* flat);

  const float* input_bias() const { return input_bias_.data(); }  ///< [3 width]

  /// [total, 3 width], to be filled before `forward`; after `backward` it holds its gradient.
  linalg::NumberBuffer& gates() { return gates_; }
  const linalg::NumberBuffer& gates() const { return gates_; }
  /// [total, width]
  const linalg::NumberBuffer& output() const { return output_; }

  /// x [.., in_width] -> gates, for `rows` rows from `first` on.
  void project(const linalg::NumberBuffer& x, std::size_t rows, std::size_t first = 0);
  /// gates -> output.
  void forward(const PackedRows& rows);
  /// Gradient of the output [total, width] -> gradient of the gate inputs, in gates(); gradients of the hidden weight
  /// and of both biases in `flat_gradient` (overwritten). `scratch` has the size of gates().
  void backward(const PackedRows& rows, const linalg::NumberBuffer& doutput, linalg::NumberBuffer& scratch,
                const ParameterLayout& layout, float* flat_gradient);
  /// After `backward`: gradient of the input weight, and of x [total, in_width] when it is wanted.
  void backward_input(const linalg::NumberBuffer& x, std::size_t total, const ParameterLayout& layout,
                      float* flat_gradient, linalg::NumberBuffer* dx);

  /// A state before the first step.
  GruState start() const;
  /// One step for the block of kRowBlock rows that begins at `row`; the gate inputs are in those rows of gates(). At
  /// the first step the state is zero, and so is its product, which is not computed then.
  void step(std::size_t row, GruState& state, bool first = false);

 private:
  void forward_block(const PackedRows& rows, std::size_t first);
  void backward_block(const PackedRows& rows, std::size_t first, const linalg::NumberBuffer& doutput,
                      linalg::NumberBuffer& scratch);

  GruSpec spec_;
  std::size_t width_;
  std::size_t in_width_;
  std::size_t most_rows_;
  linalg::DataType type_;
  RowProduct hidden_product_;
  std::optional<RowProduct> hidden_backward_;
  std::optional<RowGradient> hidden_gradient_;
  std::optional<RowProduct> input_product_;
  std::optional<RowProduct> input_backward_;
  std::optional<RowGradient> input_gradient_;
  linalg::NumberBuffer padded_weight_;
  linalg::Buffer<float> input_bias_;  ///< [3 width]
  linalg::Buffer<float> hidden_bias_;
  linalg::NumberBuffer gates_;
  linalg::NumberBuffer candidates_;  ///< [total, width]
  linalg::NumberBuffer output_;
  linalg::Buffer<float> products_;     ///< [kRowBlock, 3 width] of one block and step.
  linalg::Buffer<float> state_;        ///< [kRowBlock, width]; while going back, the carried gradient.
  linalg::NumberBuffer zeros_;         ///< [kRowBlock, width]: the state before the first step.
  linalg::NumberBuffer unused_;        ///< [kRowBlock, 3 width]: gradients of the first step's product.
  linalg::Buffer<float> bias_sums_;    ///< [4 width]
  linalg::Buffer<float> padded_sums_;  ///< Padded gradient of a weight.
};

}  // namespace epitaxy::nn
