#pragma once
/// \file
/// What an autoencoder makes of molecules, and of points of its latent space.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "latent/counts.h"
#include "latent/decoder.h"
#include "latent/encoder.h"
#include "latent/random_strings.h"
#include "train/training_data.h"

namespace epitaxy::train {

/// How much of a molecule_vae is evaluated.
struct MoleculeEvaluationSettings {
  std::size_t decoded_rows = 2000;   ///< Molecules that are reconstructed.
  std::size_t points = 1000;         ///< Standard-normal points that are decoded.
  std::size_t final_points = 10000;  ///< The same at the end of a training.
  std::uint64_t seed = 1;
  bool random_strings = false;  ///< Also as many random strings.
};

/// What points of the latent space, or strings, are as molecules. Shares of nothing are 0.
struct PointShares {
  double rdkit_valid = 0;  ///< Those that RDKit parses and sanitizes, with at least one atom.
  double valid = 0;        ///< With one fragment, without radicals (see chem::MoleculeCause).
  double unique = 0;       ///< Distinct molecules, of the valid.
  double novel = 0;        ///< Distinct molecules that no training row holds, of the distinct.
};
PointShares shares_of(const latent::MoleculeCounts& counts);

struct MoleculeMetrics {
  std::size_t molecules = 0;  ///< Reconstructed, and counted as wrong because the model cannot read them.
  double exact = 0;           ///< Share whose greedy decoding from the latent mean is the same string.
  double token_accuracy = 0;  ///< Share of the tokens (with the end) that this decoding has right, place by place.
  double divergence = 0;      ///< KL divergence from the standard normal, nats a molecule.
  std::vector<double> divergence_by_dimension;
  std::size_t active_units = 0;  ///< Dimensions whose mean varies by more than 0.01 (Burda et al., ICLR 2016).
  latent::MoleculeCounts prior;  ///< Greedy decodings of standard-normal points.
  /// The control without which the validity of SELFIES means nothing: strings of the model's tokens drawn at random, as
  /// long as the rows.
  std::optional<latent::MoleculeCounts> random_strings;
};

class MoleculeEvaluation {
 public:
  /// Loads this rank's part of the rows. `unreadable` molecules count as not reconstructed when all rows are decoded.
  /// The arguments outlive the evaluation.
  MoleculeEvaluation(const parallel::Communicator& communicator, const models::MoleculeModel& model,
                     const nn::Arithmetic& arithmetic, const TrainingData& data, const std::vector<RowReference>& rows,
                     const MoleculeEvaluationSettings& settings);

  /// The same on all ranks, whatever their number. Collective.
  MoleculeMetrics evaluate(const float* weights);
  /// Latent means [rows, latent] of the last `evaluate`, of all rows and not only the reconstructed ones.
  const std::vector<float>& means() const { return latents_.mean; }

 private:
  /// The strings of points first, first + 1, ...
  using Writer = std::function<std::vector<std::string>(std::size_t first, std::size_t count)>;

  void describe_latents(MoleculeMetrics& metrics) const;
  void reconstruct(MoleculeMetrics& metrics);
  latent::MoleculeCounts sample();
  latent::MoleculeCounts draw_strings() const;
  latent::MoleculeCounts count(const Writer& write) const;

  parallel::Communicator communicator_;
  const models::MoleculeModel& model_;
  MoleculeEvaluationSettings settings_;
  std::shared_ptr<latent::Network> network_;
  latent::Encoder encoder_;
  latent::Decoder decoder_;
  latent::KnownMolecules known_;  ///< The training molecules.
  latent::RandomStrings strings_;
  std::size_t rows_ = 0;
  std::size_t unreadable_ = 0;
  std::size_t decoded_ = 0;
  parallel::RowRange share_;  ///< Rows of this rank.
  models::RowBlock mine_;     ///< The same, in memory.
  latent::LatentVectors latents_;
};

}  // namespace epitaxy::train
