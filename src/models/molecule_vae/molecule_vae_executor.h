#pragma once
/// \file
/// The computations of the molecule autoencoder for a fixed number of rows: encoder, latent space, heads and decoder.
///
/// In `gradient` the rows are sorted by length, longest first, so that the decoder computes only the rows that have not
/// ended. Random numbers are drawn in the order of the caller's rows.
#include "models/molecule_vae/molecule_vae_beam.h"
#include "models/molecule_vae/molecule_vae_decoder.h"
#include "models/molecule_vae/molecule_vae_encoder.h"

namespace epitaxy::models {

class VaeExecutor final : public MoleculeVaeExecutor {
 public:
  VaeExecutor(const MoleculeVae& net, const ExecutorSettings& settings);

  void load(const float* weights) override;
  BatchLoss gradient(const RowBlock& rows, const float* targets, const nn::Loss& loss, const StreamPosition& position,
                     float* gradient) override;
  void predict(const RowBlock& rows, float* predictions) override;
  double gradient_flops() const override;

  const MoleculeVaeLoss& parts() const override { return parts_; }
  void encode(const RowBlock& rows, float* mean, float* log_variance) override;
  void predict_latent(const float* latent, float* predictions) override;
  void decode(const float* latent, std::int32_t* tokens) override;
  void sample(const float* latent, std::span<RandomStream> streams, double temperature, std::int32_t* tokens) override;
  void beam(const float* latent, std::size_t width, std::int32_t* tokens, double* log_probabilities) override;

 private:
  std::size_t read_row(std::span<const TokenId> row, std::size_t spelling, std::int32_t* ids) const;
  void read_in_order(const RowBlock& rows);
  void read_sorted(const RowBlock& rows, const float* targets, std::uint32_t epoch);
  void draw(const StreamPosition& position);
  void fill_steps();
  void sample_latent();
  void forward(const StreamPosition& position);
  double backward_latent();
  const linalg::NumberBuffer& head_input(const linalg::NumberBuffer& mean);
  void backward_heads(const nn::Loss& loss, float* gradient);
  void backward_head_input(float* gradient);
  void finish(float* gradient, std::size_t first);

  const MoleculeVae& net_;
  std::size_t rows_;
  std::size_t length_;
  std::size_t latent_size_;
  std::vector<bool> trainable_;
  bool trains_encoder_;
  bool trains_decoder_;
  VaeEncoder encoder_;
  std::optional<VaeDecoder> decoder_;  ///< Nothing in a training that does not need it.
  std::optional<nn::Dense> head_hidden_;
  const float* master_ = nullptr;
  BetaSchedule beta_schedule_;
  double beta_ = 1;  ///< Of the current batch.
  MoleculeVaeLoss parts_;
  nn::PackedRows packed_;

  std::vector<std::int32_t> ids_;       ///< [rows, length]; sorted; 0 from the end token on.
  std::vector<std::int32_t> read_ids_;  ///< What the encoder reads, if it is another spelling.
  std::vector<std::int32_t> unsorted_;  ///< The same in the order of the caller.
  std::vector<std::size_t> counted_;    ///< [rows] tokens that count, in the order of the caller.
  std::vector<std::int32_t> lengths_;   ///< The same, sorted.
  std::vector<std::size_t> order_;      ///< [rows] the caller's row of each sorted one.
  std::vector<float> targets_;          ///< [rows, heads]
  std::vector<float> noise_;            ///< [rows, latent] in the order of the caller.
  std::vector<bool> dropped_;           ///< [rows, length] in the order of the caller: this token is not fed back.
  std::vector<std::int32_t> previous_;  ///< By packed row.
  std::vector<std::int32_t> next_;      ///< By packed row.
  std::vector<float> latent_;           ///< [rows, latent]
  std::vector<float> dlatent_;          ///< [rows, latent]
  std::vector<double> divergence_;      ///< [latent], summed over the batch.
  std::vector<float> predictions_;      ///< [rows, heads]
  std::vector<float> dpredictions_;     ///< [rows, heads]
  std::vector<float> column_;           ///< [3, rows] of one head.
  std::vector<double> weights_;         ///< For sampling: of the tokens.
  linalg::NumberBuffer points_;         ///< [rows, latent] that heads are to predict for; not in training.
  linalg::NumberBuffer head_features_;  ///< [rows, head_hidden]
  linalg::NumberBuffer dhead_features_;
  linalg::NumberBuffer dmean_;          ///< [rows, latent]
  linalg::NumberBuffer dlog_variance_;  ///< [rows, latent]
  std::size_t finished_ = 0;            ///< Numbers of the gradient from here on are final.
};

}  // namespace epitaxy::models
