#pragma once
/// \file
/// The decoder of the molecule autoencoder: latent vectors and previous tokens -> logits, and logits -> tokens. Rows
/// are those of PackedRows: sorted by length, longest first.
#include <functional>
#include <span>

#include "linalg/buffer.h"
#include "models/molecule_vae/molecule_vae.h"
#include "nn/cross_entropy.h"
#include "nn/row_products.h"

namespace epitaxy::models {

/// Picks the token of row `row` of a decoding from its logits [tokens].
using TokenChoice = std::function<std::int32_t(std::size_t row, const float* logits)>;

class VaeDecoder {
 public:
  VaeDecoder(const MoleculeVae& net, std::size_t rows, const nn::Arithmetic& arithmetic, bool training);

  void load(const float* weights);
  /// latent [rows, latent]; by packed row: the previous token (-1 = zero vector, `start_token()`) and the token to be
  /// predicted (-1 = none) -> cross-entropy, and its gradient for `backward`.
  nn::TokenSums forward(const nn::PackedRows& rows, const float* latent, const std::int32_t* previous,
                        const std::int32_t* targets);
  /// Gradients of the decoder's parameters and dlatent [rows, latent]. Calls `ready` as Executor::on_ready says.
  void backward(const nn::PackedRows& rows, const std::int32_t* previous, float* flat_gradient, float* dlatent,
                const std::function<void(std::size_t)>& ready);
  /// latent [rows, latent] -> tokens [rows, length].
  void decode(const float* latent, const TokenChoice& choose, std::int32_t* tokens);

  /// The same one step at a time, for searches that continue a sequence in several ways: each of so many places holds
  /// the state of one sequence.
  std::size_t places() const { return row_of_.size(); }
  /// latent [rows, latent].
  void begin(const float* latent);
  /// The sequence at a place decodes latent vector `row`, and `token` is its last token.
  void set_place(std::size_t place, std::size_t row, std::int32_t token);
  /// The state at place i becomes that of place `from[i]`, or the one before the first step for kNoPlace.
  void move_states(std::span<const std::size_t> from);
  static constexpr std::size_t kNoPlace = static_cast<std::size_t>(-1);
  /// One step of the first `live` places; `first` says that it is the first step of all of them.
  void step(std::size_t live, bool first = false);
  /// [tokens] of a place, after `step`.
  const float* logits(std::size_t place) const { return logits_.data() + place * tokens_width_; }

  std::int32_t start_token() const { return static_cast<std::int32_t>(net_.settings().tokens); }
  /// Of the products of a forward pass.
  double flops(const nn::PackedRows& rows) const;

 private:
  void load_first_layer(const float* weights);
  void load_output(const float* weights);
  void project_latent(const float* latent);
  void fill_gates(const nn::PackedRows& rows, const std::int32_t* previous);
  void fill_gates(std::size_t gate_row, std::size_t latent_row, std::int32_t previous);
  void backward_first_layer(const nn::PackedRows& rows, const std::int32_t* previous, float* flat_gradient,
                            float* dlatent);
  std::size_t take_tokens(std::size_t live, std::size_t time, const TokenChoice& choose, std::int32_t* tokens);
  void move_row(std::size_t from, std::size_t to);

  const MoleculeVae& net_;
  std::size_t rows_;
  std::size_t width_;           ///< Padded cells.
  std::size_t latent_width_;    ///< Padded latent.
  std::size_t tokens_width_;    ///< Padded tokens.
  std::size_t previous_count_;  ///< Tokens that can be previous ones: with the start token; 0 without feedback.
  linalg::DataType type_;
  std::vector<nn::Gru> layers_;
  nn::RowProduct latent_product_;
  nn::RowProduct output_product_;
  std::optional<nn::RowProduct> latent_backward_;
  std::optional<nn::RowGradient> latent_gradient_;
  std::optional<nn::RowProduct> output_backward_;
  std::optional<nn::RowGradient> output_gradient_;
  linalg::NumberBuffer latent_;        ///< [rows, latent_width]
  linalg::Buffer<float> projected_;    ///< [rows, 3 width]: the latent part of the first layer's gate inputs.
  linalg::NumberBuffer table_;         ///< [previous_count, 3 width] float32: what a previous token adds to them.
  linalg::Buffer<float> output_bias_;  ///< [tokens_width]
  linalg::NumberBuffer weight_;        ///< A padded weight on its way to being packed.
  linalg::Buffer<float> logits_;       ///< [total, tokens_width]
  linalg::NumberBuffer dlogits_;
  linalg::NumberBuffer doutput_;      ///< [total, width], of the current layer.
  linalg::NumberBuffer scratch_;      ///< [total, 3 width]
  linalg::Buffer<float> dprojected_;  ///< [rows, 3 width]
  linalg::NumberBuffer dprojected_typed_;
  linalg::Buffer<float> dtable_;
  linalg::Buffer<float> dlatent_;  ///< [rows, latent_width]
  linalg::Buffer<float> dweight_;  ///< Padded gradient of a weight.
  std::vector<nn::GruState> states_;
  std::vector<nn::GruState> spare_states_;  ///< Where `move_states` puts them.
  std::vector<std::size_t> row_of_;         ///< While decoding, by place: which row is decoded there.
  std::vector<std::int32_t> last_token_;    ///< The same: its last token.
};

}  // namespace epitaxy::models
