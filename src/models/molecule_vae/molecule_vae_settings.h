#pragma once
/// \file
/// What fixes the shape of a molecule autoencoder (see molecule_vae.h).
#include <cstddef>
#include <string>
#include <vector>

#include "base/names.h"
#include "config/keys.h"

namespace epitaxy::models {

/// What the decoder reads besides the latent vector at each step.
enum class DecoderInput {
  previous_token,  ///< The right one while training, its own while decoding.
  nothing          ///< The latent vector is repeated, without feedback: the published baseline.
};
inline constexpr Named<DecoderInput> kDecoderInputs[] = {{DecoderInput::previous_token, "autoregressive"},
                                                         {DecoderInput::nothing, "repeat_vector"}};
constexpr std::span<const Named<DecoderInput>> names(DecoderInput) { return kDecoderInputs; }

struct MoleculeVaeSettings {
  struct Convolution {
    std::size_t channels = 0;
    std::size_t kernel = 0;
  };

  std::string representation = "characters";  ///< How molecules are written, see chem::Substance.
  std::size_t tokens = 0;                     ///< Number of token ids, with 0 (end).
  std::size_t length = 34;
  std::vector<Convolution> convolutions = {{8, 9}, {8, 9}, {16, 11}};
  std::size_t dense = 196;
  std::size_t latent = 56;
  std::size_t cells = 500;  ///< Of each GRU layer.
  std::size_t layers = 3;
  DecoderInput decoder_input = DecoderInput::previous_token;
  double token_dropout = 0;     ///< Probability that a previous token is replaced by the zero vector in training.
  double free_bits = 0;         ///< KL divergence (nats, mean of the batch) of a latent dimension that costs nothing.
  std::size_t head_hidden = 0;  ///< Width of a hidden layer (ReLU) that the heads share; 0 = linear in the mean.
  /// Spellings of the molecule that follow the one to be decoded in each training row; the encoder reads them in turn,
  /// one an epoch. 0 = it reads the one that is decoded.
  std::size_t spellings = 0;
  std::vector<std::string> heads;
  std::vector<double> head_weights;  ///< Of the properties' losses; empty = 1.

  /// Throws InputError when no such network can be built.
  void validate() const;
  std::size_t shortest_length() const;  ///< That the convolutions allow.
};

/// Weight of the KL divergence in the loss: `start` up to `from_epoch`, `end` from `to_epoch` on, and between them a
/// constant factor an epoch (a straight line if `start` is 0).
struct BetaSchedule {
  double start = 1;
  double end = 1;
  double from_epoch = 0;
  double to_epoch = 0;

  double value(double epoch) const;
};

/// Of the sections `model` and `training.beta`. Tokens, heads and their weights have no keys.
void keys(config::Keys& k, MoleculeVaeSettings& settings);
void keys(config::Keys& k, BetaSchedule& beta);

}  // namespace epitaxy::models
