#pragma once
/// \file
/// Blocks of decoded molecules written down by hand.
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "chem/molecule_check.h"
#include "sampling/campaign/block.h"

namespace epitaxy::test {

/// Checks each decoded string; molecules of `known` are not new.
inline sampling::BlockResults block_of(sampling::BlockKey key, const std::vector<std::string>& smiles,
                                       const std::set<std::string>& known = {}, std::size_t attempts = 1) {
  sampling::BlockResults block;
  block.key = key;
  block.points = smiles.size() / attempts;
  block.attempts = attempts;
  block.smiles = smiles;
  for (const std::string& text : smiles) {
    const auto result = chem::check_smiles(text);
    block.canonical.push_back(result.canonical);
    block.causes.push_back(result.cause);
    block.rdkit_valid.push_back(result.rdkit_valid && !result.canonical.empty() ? 1 : 0);
    block.identity.push_back(result.valid() ? std::hash<std::string>{}(result.canonical) | 1U : 0);
    block.novel.push_back(result.valid() && !known.contains(result.canonical) ? 1 : 0);
  }
  return block;
}

}  // namespace epitaxy::test
