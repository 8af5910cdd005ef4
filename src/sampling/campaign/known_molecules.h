#pragma once
/// \file
/// Which molecule is it, and was it in the training set?
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chem/molecule_check.h"
#include "data/dataset.h"
#include "sampling/campaign/block.h"

namespace epitaxy::sampling {

/// 64-bit hash of a canonical SMILES without stereo; never 0.
std::uint64_t molecule_identity(std::string_view canonical);

/// The molecules of a data set: 8 bytes each.
class KnownMolecules {
 public:
  explicit KnownMolecules(const data::DatasetIndex& training);
  bool contains(std::uint64_t identity) const;
  std::size_t size() const { return identities_.size(); }

 private:
  std::vector<std::uint64_t> identities_;  ///< Sorted.
};

/// Fills a block with decoded strings. A string that was decoded before in the same block is not checked again.
class BlockJudge {
 public:
  /// Of strings in a representation (`characters`, `tokens`, `selfies`). `known` outlives the judge.
  BlockJudge(std::string representation, const KnownMolecules& known)
      : representation_(std::move(representation)), known_(known) {}

  /// Appends what one string decodes to.
  void add(const std::string& text, BlockResults& block);
  /// Before another block.
  void forget() { seen_.clear(); }

 private:
  struct Verdict {
    std::string smiles;
    chem::MoleculeCheck check;
    std::uint64_t identity = 0;
    bool novel = false;
  };

  std::string representation_;
  const KnownMolecules& known_;
  std::unordered_map<std::string, Verdict> seen_;
};

}  // namespace epitaxy::sampling
