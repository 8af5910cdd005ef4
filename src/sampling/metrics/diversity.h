#pragma once
/// \file
/// How alike molecules are: Tanimoto similarities of Morgan fingerprints (radius 2, 1,024 bits) within a set and to
/// another set. The same numbers on any number of ranks.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "parallel/communicator.h"

namespace epitaxy::sampling {

/// Fingerprints of molecules, one after another.
struct FingerprintTable {
  static constexpr std::size_t kWords = 16;

  std::vector<std::uint64_t> words;     ///< [molecules, kWords]
  std::vector<std::int32_t> bit_count;  ///< [molecules] bits that are set.

  std::size_t size() const { return bit_count.size(); }
  /// `bits`: kWords words.
  void add(std::span<const std::uint64_t> bits);
};

/// Of SMILES that RDKit can read (throws InputError for others), on this rank alone.
FingerprintTable fingerprints_of(std::span<const std::string> smiles);
/// The same, shared out over the ranks and gathered on all. Collective.
FingerprintTable gather_fingerprints(const parallel::Communicator& communicator, std::span<const std::string> smiles);

/// IntDiv_p = 1 - (mean of T^p over all ordered pairs, each molecule with itself too)^(1/p), with T the Tanimoto
/// similarity: p = 1 after Benhenda, arXiv:1708.08227 (2017), p = 2 after MOSES.
struct InternalDiversity {
  double first = 0;   ///< p = 1
  double second = 0;  ///< p = 2
};

/// NaN for no molecules. Collective; `molecules` is the same on all ranks.
InternalDiversity internal_diversity(const parallel::Communicator& communicator, const FingerprintTable& molecules);

/// This rank's part of the molecules that others are compared with.
struct ReferencePart {
  FingerprintTable fingerprints;
  std::size_t first = 0;  ///< Number of the first of them among those of all ranks.
};

/// Splits the molecules over the ranks.
ReferencePart reference_part(const parallel::Communicator& communicator, std::span<const std::string> smiles);

/// Largest similarity of each molecule to a reference; 0 where there is none. `own`, where given, is the number of the
/// reference that each molecule is itself and that does not count. Collective; the arguments but `references` are the
/// same on all ranks, and so is the result.
std::vector<double> nearest_similarities(const parallel::Communicator& communicator, const FingerprintTable& molecules,
                                         const ReferencePart& references, std::span<const std::size_t> own = {});

}  // namespace epitaxy::sampling
