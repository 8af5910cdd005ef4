#pragma once
/// \file
/// What an autoencoder makes of molecules, and of points of its latent space.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/molecule_vae/molecule_vae.h"
#include "train/run_files.h"
#include "train/training_data.h"

namespace epitaxy::train {

/// How much of a molecule_vae is evaluated.
struct MoleculeEvaluationSettings {
  std::size_t decoded_rows = 2000;  ///< Molecules that are reconstructed.
  std::size_t points = 1000;        ///< Standard-normal points that are decoded.
  std::uint64_t seed = 1;
  bool random_strings = false;  ///< Also as many random strings.
};

/// Points of the latent space, or strings, as molecules.
struct PointMetrics {
  std::size_t points = 0;
  std::size_t rdkit_valid = 0;  ///< Those that RDKit parses and sanitizes, with at least one atom.
  std::size_t valid = 0;        ///< Of these: one fragment, no radicals (see chem::MoleculeCause).
  std::size_t unique = 0;       ///< Distinct molecules among the valid.
  std::size_t novel = 0;        ///< Distinct molecules that no training row holds.

  double share(std::size_t count) const { return ratio(count, points); }
  double unique_share() const { return ratio(unique, valid); }
  double novel_share() const { return ratio(novel, unique); }
  static double ratio(std::size_t part, std::size_t whole) {
    return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
  }
};

struct MoleculeMetrics {
  std::size_t molecules = 0;  ///< Reconstructed, and counted as wrong because the model cannot read them.
  double exact = 0;           ///< Share whose greedy decoding from the latent mean is the same string.
  double token_accuracy = 0;  ///< Share of the tokens (with the end) that this decoding has right, place by place.
  double divergence = 0;      ///< KL divergence from the standard normal, nats a molecule.
  std::vector<double> divergence_by_dimension;
  std::size_t active_units = 0;  ///< Dimensions whose mean varies by more than 0.01 (Burda et al., ICLR 2016).
  PointMetrics prior;            ///< Greedy decodings of standard-normal points.
  /// The control without which the validity of SELFIES means nothing: strings of the model's tokens drawn at random, as
  /// long as the rows.
  std::optional<PointMetrics> random_strings;
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
  const std::vector<float>& means() const { return means_; }

 private:
  using Writer = std::function<void(std::size_t first, std::vector<std::string>& texts)>;

  void encode_rows();
  void reconstruct(MoleculeMetrics& metrics);
  PointMetrics sample();
  PointMetrics draw_strings() const;
  PointMetrics judge(const Writer& write) const;
  void describe_latents(MoleculeMetrics& metrics) const;

  parallel::Communicator communicator_;
  const models::MoleculeModel& model_;
  MoleculeEvaluationSettings settings_;
  models::MoleculeText text_;
  std::unique_ptr<models::MoleculeVaeExecutor> executor_;
  std::size_t rows_ = 0;
  std::size_t unreadable_ = 0;
  std::size_t decoded_ = 0;
  std::vector<std::uint64_t> known_;  ///< Sorted hashes of the training molecules.
  Rows mine_;                         ///< Of this rank's chunks.
  std::vector<std::size_t> lengths_;  ///< Of the rows, in tokens.
  std::vector<float> means_;
  std::vector<float> log_variances_;
};

}  // namespace epitaxy::train
