#include "data/known_groups.h"

#include <algorithm>
#include <charconv>

#include "base/hash.h"

namespace epitaxy::data {

namespace {

std::vector<std::uint64_t> hashes_of(const std::vector<std::string>& groups) {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(groups.size());
  for (const std::string& group : groups) {
    hashes.push_back(group_hash(group));
  }
  return hashes;
}

}  // namespace

std::uint64_t group_hash(std::string_view group) {
  Hasher hasher;
  hasher.add(group);
  const std::string hex = hasher.hex();
  std::uint64_t hash = 0;
  std::from_chars(hex.data(), hex.data() + 16, hash, 16);
  return hash == 0 ? 1 : hash;
}

KnownGroups::KnownGroups(const DatasetIndex& dataset) : KnownGroups(hashes_of(dataset.groups)) {}

KnownGroups::KnownGroups(std::vector<std::uint64_t> hashes) : hashes_(std::move(hashes)) {
  std::ranges::sort(hashes_);
  const auto repeated = std::ranges::unique(hashes_);
  hashes_.erase(repeated.begin(), repeated.end());
}

bool KnownGroups::contains(std::uint64_t hash) const { return std::ranges::binary_search(hashes_, hash); }

}  // namespace epitaxy::data
