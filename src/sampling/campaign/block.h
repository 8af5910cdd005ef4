#pragma once
/// \file
/// What a campaign computes and stores at once: a block of points and the molecules they decode to.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "latent/judge.h"

namespace epitaxy::sampling {

/// A block of a campaign: its points begin at Sobol point `first` of replicate `scramble`. Ordered by both.
struct BlockKey {
  std::uint32_t scramble = 0;
  std::uint64_t first = 0;

  auto operator<=>(const BlockKey&) const = default;
};

/// By decoded molecule: points in order, the attempts of a point one after another.
struct BlockResults {
  BlockKey key;
  std::size_t points = 0;
  std::size_t attempts = 1;                 ///< Molecules decoded from each point.
  std::vector<std::string> smiles;          ///< As decoded; of SELFIES models translated into SMILES.
  std::vector<std::string> canonical;       ///< Without stereo; empty unless RDKit reads it.
  std::vector<chem::MoleculeCause> causes;  ///< `valid` by the strict rule, or why not.
  std::vector<std::uint8_t> rdkit_valid;    ///< RDKit's plain rule, and at least one atom.
  std::vector<std::uint64_t> identity;      ///< Hash of the canonical SMILES; 0 unless valid.
  std::vector<std::uint8_t> novel;          ///< Valid and no training molecule.
  std::vector<float> properties;  ///< [points, heads] predicted from the latent vector, in the targets' units.

  /// Appends a decoded molecule.
  void add(const latent::Verdict& verdict);
  latent::Finding finding(std::size_t decode) const;
};

}  // namespace epitaxy::sampling
