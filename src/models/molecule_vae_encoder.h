#pragma once
/// \file
/// The encoder of the molecule autoencoder: token ids -> mean and log-variance. All in float32.
#include <optional>

#include "epitaxy/models/molecule_vae.h"

namespace epitaxy::models {

class VaeEncoder {
 public:
  VaeEncoder(const MoleculeVae& net, std::size_t rows, linalg::Backend backend, bool training);

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
  void backward_convolutions(const std::int32_t* ids, float* flat_gradient);
  const float* at(std::size_t parameter) const { return weights_ + net_.layout()[parameter].offset; }

  const MoleculeVae& net_;
  std::size_t rows_;
  const float* weights_ = nullptr;
  nn::TokenConv1d first_;
  std::vector<nn::Conv1d> convolutions_;  ///< All but the first.
  nn::Dense dense_;
  nn::Dense to_mean_;
  nn::Dense to_log_variance_;
  std::vector<linalg::NumberBuffer> maps_;  ///< Outputs of the convolutions.
  linalg::NumberBuffer hidden_;             ///< [rows, dense]
  linalg::NumberBuffer mean_;
  linalg::NumberBuffer log_variance_;
  linalg::NumberBuffer dhidden_;
  linalg::NumberBuffer dhidden_part_;
  linalg::NumberBuffer dmap_;  ///< Of the current convolution's output.
  linalg::NumberBuffer dmap_below_;
};

}  // namespace epitaxy::models
