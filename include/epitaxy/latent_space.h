#pragma once
/// \file
/// The latent space of a molecule autoencoder: molecules to vectors and back.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "epitaxy/predictor.h"

namespace epitaxy {

/// A molecule in the latent space.
struct EncodedMolecule {
  std::string smiles;               ///< Canonical, as the model reads it.
  std::vector<float> mean;          ///< [latent]; empty when the model cannot read the molecule.
  std::vector<float> log_variance;  ///< [latent]
  std::string warning;              ///< Why it cannot be read, or why its place is doubtful.

  bool readable() const { return !mean.empty(); }
};

/// What a point decodes to.
struct DecodedMolecule {
  std::string smiles;     ///< As decoded.
  std::string canonical;  ///< Canonical SMILES without stereo; empty unless RDKit reads it.
  bool valid = false;     ///< RDKit accepts it, and it is one fragment without radicals.
  std::string cause;      ///< Of invalidity, such as `valence`; empty when valid.
};

/// How points are decoded: greedily unless told otherwise.
struct Decoding {
  std::size_t samples = 0;  ///< Molecules drawn for each point; 0: the most probable token at each step.
  std::size_t beam = 0;     ///< Hypotheses of a beam search; 0: none. Not together with `samples`.
  double temperature = 1;   ///< Of the draws.
  std::uint64_t seed = 1;   ///< Of the draws; those of a point depend on this and the number of the point.
};

class LatentSpace {
 public:
  /// Throws InputError: no such file, damaged, no molecule autoencoder, an ensemble.
  explicit LatentSpace(const std::filesystem::path& model);
  ~LatentSpace();
  LatentSpace(LatentSpace&&) noexcept;
  LatentSpace& operator=(LatentSpace&&) noexcept;

  std::size_t dimensions() const;
  /// What the heads predict.
  const std::vector<PredictedProperty>& properties() const;

  /// Molecules are prepared as those of the training. Throws InputError when the model does not say how these were.
  std::vector<EncodedMolecule> encode(std::span<const std::string> smiles) const;
  /// `points` [points, dimensions] -> [points][max(1, samples)]. Throws InputError for settings that cannot be.
  std::vector<std::vector<DecodedMolecule>> decode(std::span<const float> points, const Decoding& decoding = {}) const;
  /// `points` [points, dimensions] -> [points, properties] in the properties' units.
  std::vector<double> predict(std::span<const float> points) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace epitaxy
