#pragma once
/// \file
/// `molecule_vae`: a variational autoencoder of token sequences with linear property heads on the latent mean, after
/// Gomez-Bombarelli et al., ACS Cent. Sci. 4, 268 (2018) and Iovanac and Savoie, J. Phys. Chem. A 124, 3679 (2020).
///
///     tokens -> convolutions (ReLU) -> dense (ReLU) -> mean, log-variance -> z = mean + e^(log-variance / 2) noise
///     z, previous token -> GRU layers -> logits;   mean (-> dense (ReLU)) -> a linear head per property
///
/// A row holds the token ids (TokenId) of one molecule: a sequence of at most `length` ids that a 0 ends where there is
/// room, and the further spellings of the molecule in the same form. The loss covers the tokens up to and including
/// that 0. An empty sequence counts nowhere.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/model.h"
#include "models/molecule_vae/molecule_text.h"
#include "models/molecule_vae/molecule_vae_settings.h"
#include "nn/conv1d.h"
#include "nn/gru.h"
#include "nn/linear_heads.h"

namespace epitaxy::models {

class MoleculeVaeExecutor;

/// The parameters of the network: `encoder.convolution.0.weight`, ..., `encoder.dense`, `encoder.mean`,
/// `encoder.log_variance`, `head.NAME`, `decoder.gru.0.input.weight` ([latent + tokens + 1, 3 cells]; the last row is
/// the start token's), ..., `decoder.output`.
class MoleculeVae {
 public:
  struct Encoder {
    std::vector<nn::Conv1dSpec> convolutions;
    nn::DenseSpec dense, mean, log_variance;
  };
  struct Decoder {
    std::vector<nn::GruSpec> layers;
    nn::DenseSpec output;
  };

  /// Throws InputError when no such network can be built.
  explicit MoleculeVae(MoleculeVaeSettings settings);

  const MoleculeVaeSettings& settings() const { return settings_; }
  const nn::ParameterLayout& layout() const { return layout_; }
  const Encoder& encoder() const { return encoder_; }
  const Decoder& decoder() const { return decoder_; }
  const nn::LinearHeads& heads() const { return *heads_; }
  /// The layer between mean and heads, if there is one.
  const std::optional<nn::DenseSpec>& head_hidden() const { return head_hidden_; }
  std::size_t heads_begin() const { return heads_begin_; }  ///< Offset of the heads' parameters.
  std::unique_ptr<MoleculeVaeExecutor> executor(const ExecutorSettings& settings) const;

 private:
  MoleculeVaeSettings settings_;
  nn::ParameterLayout layout_;
  Encoder encoder_;
  std::size_t heads_begin_ = 0;
  std::optional<nn::DenseSpec> head_hidden_;
  std::unique_ptr<nn::LinearHeads> heads_;
  Decoder decoder_;
};

/// The parts of one batch's loss, each a sum over its molecules.
struct MoleculeVaeLoss {
  double reconstruction = 0;  ///< Cross-entropy in nats.
  double divergence = 0;      ///< KL divergence from the standard normal in nats, without beta and free bits.
  double properties = 0;      ///< With the heads' weights.
  std::int64_t molecules = 0;
  std::int64_t tokens = 0;          ///< That count, with the end tokens.
  std::int64_t correct_tokens = 0;  ///< Whose logit is the largest, given the right tokens before.
};

/// Latent vectors and heads are computed in float32, encoder and decoder in the arithmetic's type. When no parameter of
/// the decoder is trained, `gradient` computes no decoder and no noise, and its loss is that of the properties.
class MoleculeVaeExecutor : public Executor {
 public:
  /// The parts of the last `gradient`'s loss. (`gradient` returns cross-entropy + beta * divergence, with free bits, +
  /// properties, and as its number of labels the number of molecules.)
  virtual const MoleculeVaeLoss& parts() const = 0;

  /// Mean and log-variance, both [rows, latent].
  virtual void encode(const RowBlock& rows, float* mean, float* log_variance) = 0;
  /// latent [rows, latent] -> standardized predictions [rows, heads]; of the mean they are those of `predict`.
  virtual void predict_latent(const float* latent, float* predictions) = 0;
  /// latent [rows, latent] -> the most probable token at each step, [rows, length], zeros from the end token on.
  virtual void decode(const float* latent, std::int32_t* tokens) = 0;
  /// The same with tokens drawn from softmax(logits / temperature), those of row i with numbers of streams[i].
  virtual void sample(const float* latent, std::span<RandomStream> streams, double temperature,
                      std::int32_t* tokens) = 0;
  /// latent [rows, latent] -> the most probable string that a beam search with `width` hypotheses a row meets, [rows,
  /// length], and the natural logarithm of its probability, [rows], unless that is null. Never less probable than what
  /// `decode` gives, which is the result for width 1. The width is at most `rows`, rounded up to a multiple of
  /// nn::kRowBlock.
  virtual void beam(const float* latent, std::size_t width, std::int32_t* tokens,
                    double* log_probabilities = nullptr) = 0;
};

/// The autoencoder as a model of a description, whose `features` are the symbols of the token ids 1, 2, ...
class MoleculeModel final : public Model {
 public:
  /// Throws InputError when no such network can be built.
  explicit MoleculeModel(ModelDescription description);

  const nn::ParameterLayout& layout() const override { return net_.layout(); }
  const ModelDescription& description() const override { return description_; }
  std::unique_ptr<Executor> executor(const ExecutorSettings& settings) const override;
  std::size_t activations() const override;
  std::vector<std::string> loss_parts() const override { return {"reconstruction", "divergence", "properties"}; }
  const MoleculeVae& net() const { return net_; }

 private:
  ModelDescription description_;
  MoleculeVae net_;
};

/// Throws InputError, naming `file`, when the model is not a molecule autoencoder.
const MoleculeModel& molecule_model(const Model& model, const std::string& file);

}  // namespace epitaxy::models
