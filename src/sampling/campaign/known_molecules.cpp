#include "sampling/campaign/known_molecules.h"

#include <algorithm>
#include <charconv>

#include "base/hash.h"
#include "chem/spellings.h"

namespace epitaxy::sampling {

std::uint64_t molecule_identity(std::string_view canonical) {
  Hasher hasher;
  hasher.add(canonical);
  const std::string hex = hasher.hex();
  std::uint64_t identity = 0;
  std::from_chars(hex.data(), hex.data() + 16, identity, 16);
  return identity == 0 ? 1 : identity;
}

KnownMolecules::KnownMolecules(const data::DatasetIndex& training) {
  identities_.reserve(training.groups.size());
  for (const std::string& molecule : training.groups) {
    identities_.push_back(molecule_identity(molecule));
  }
  std::ranges::sort(identities_);
  const auto repeated = std::ranges::unique(identities_);
  identities_.erase(repeated.begin(), repeated.end());
}

bool KnownMolecules::contains(std::uint64_t identity) const {
  return std::ranges::binary_search(identities_, identity);
}

void BlockJudge::add(const std::string& text, BlockResults& block) {
  const auto [found, is_new] = seen_.try_emplace(text);
  Verdict& verdict = found->second;
  if (is_new) {
    verdict.smiles = chem::smiles_from(representation_, text);
    verdict.check = chem::check_smiles(verdict.smiles);
    if (verdict.check.valid()) {
      verdict.identity = molecule_identity(verdict.check.canonical);
      verdict.novel = !known_.contains(verdict.identity);
    }
  }
  const bool empty = verdict.check.cause == chem::MoleculeCause::empty;
  block.smiles.push_back(verdict.smiles);
  block.canonical.push_back(verdict.check.canonical);
  block.causes.push_back(verdict.check.cause);
  block.rdkit_valid.push_back(verdict.check.rdkit_valid && !empty ? 1 : 0);
  block.identity.push_back(verdict.identity);
  block.novel.push_back(verdict.novel ? 1 : 0);
}

}  // namespace epitaxy::sampling
