#pragma once
/// \file
/// The encoder of the molecule autoencoder: token ids -> mean and log-variance. Mean and log-variance are computed in
/// float32 from a hidden layer in the arithmetic's type.
#include <optional>

#include "models/molecule_vae/molecule_vae.h"

namespace epitaxy::models {

class VaeEncoder {
 public:
  VaeEncoder(const MoleculeVae& net, std::size_t rows, const nn::Arithmetic& arithmetic, bool training);

  void load(const float* weights);
  /// ids [rows, length] -> mean(), log_variance().
  void forward(const std::int32_t* ids);
  /// Gradients of mean and log-variance [rows, latent] -> gradients of the encoder's parameters.
  void backward(const std::int32_t* ids, const linalg::NumberBuffer& dmean, const linalg::NumberBuffer& dlog_variance,
                float* flat_gradient);

  const linalg::NumberBuffer& mean() const { return mean_; }  ///< [rows, latent]
  const linalg::NumberBuffer& log_variance() const { return log_variance_; }
  double flops() const;  ///< Of the products of a forward pass.

 private:
  const linalg::NumberBuffer& hidden() const { return type_ == linalg::DataType::float32 ? typed_hidden_ : hidden_; }
  void backward_convolutions(const std::int32_t* ids, float* flat_gradient);
  const float* at(std::size_t parameter) const { return weights_ + net_.layout()[parameter].offset; }
  const void* typed(std::size_t parameter) const;

  const MoleculeVae& net_;
  std::size_t rows_;
  linalg::DataType type_;
  const float* weights_ = nullptr;
  linalg::NumberBuffer converted_;  ///< Weights up to the hidden layer in the arithmetic's type, unless float32.
  nn::TokenConv1d first_;
  std::vector<nn::Conv1d> convolutions_;  ///< All but the first.
  nn::Dense dense_;
  nn::Dense to_mean_;
  nn::Dense to_log_variance_;
  std::vector<linalg::NumberBuffer> maps_;  ///< Outputs of the convolutions.
  linalg::NumberBuffer typed_hidden_;       ///< [rows, dense]
  linalg::NumberBuffer hidden_;             ///< The same in float32, unless the type is that.
  linalg::NumberBuffer mean_;
  linalg::NumberBuffer log_variance_;
  linalg::NumberBuffer dhidden_;  ///< float32
  linalg::NumberBuffer dhidden_part_;
  linalg::NumberBuffer typed_dhidden_;
  linalg::NumberBuffer dmap_;  ///< Of the current convolution's output.
  linalg::NumberBuffer dmap_below_;
};

}  // namespace epitaxy::models
