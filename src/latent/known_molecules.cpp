#include "latent/known_molecules.h"

#include <algorithm>
#include <charconv>

#include "base/hash.h"

namespace epitaxy::latent {

namespace {

std::vector<std::uint64_t> identities_of(const std::vector<std::string>& molecules) {
  std::vector<std::uint64_t> identities;
  identities.reserve(molecules.size());
  for (const std::string& molecule : molecules) {
    identities.push_back(molecule_identity(molecule));
  }
  return identities;
}

}  // namespace

std::uint64_t molecule_identity(std::string_view canonical) {
  Hasher hasher;
  hasher.add(canonical);
  const std::string hex = hasher.hex();
  std::uint64_t identity = 0;
  std::from_chars(hex.data(), hex.data() + 16, identity, 16);
  return identity == 0 ? 1 : identity;
}

KnownMolecules::KnownMolecules(const data::DatasetIndex& training) : KnownMolecules(identities_of(training.groups)) {}

KnownMolecules::KnownMolecules(std::vector<std::uint64_t> identities) : identities_(std::move(identities)) {
  std::ranges::sort(identities_);
  const auto repeated = std::ranges::unique(identities_);
  identities_.erase(repeated.begin(), repeated.end());
}

bool KnownMolecules::contains(std::uint64_t identity) const {
  return std::ranges::binary_search(identities_, identity);
}

}  // namespace epitaxy::latent
