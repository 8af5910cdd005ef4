#pragma once
/// \file
/// Which molecule is it, and was it in the training set?
#include <cstdint>
#include <string_view>
#include <vector>

#include "data/dataset.h"

namespace epitaxy::latent {

/// 64-bit hash of a canonical SMILES without stereo; never 0.
std::uint64_t molecule_identity(std::string_view canonical);

/// A set of molecules: 8 bytes each.
class KnownMolecules {
 public:
  /// All of a data set.
  explicit KnownMolecules(const data::DatasetIndex& training);
  /// Any number of times each.
  explicit KnownMolecules(std::vector<std::uint64_t> identities);

  bool contains(std::uint64_t identity) const;
  std::size_t size() const { return identities_.size(); }

 private:
  std::vector<std::uint64_t> identities_;  ///< Sorted.
};

}  // namespace epitaxy::latent
