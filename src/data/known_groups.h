#pragma once
/// \file
/// Groups of substances (see chem::PreparedText) that were seen, as 64-bit hashes.
#include <cstdint>
#include <string_view>
#include <vector>

#include "data/dataset.h"

namespace epitaxy::data {

/// Never 0.
std::uint64_t group_hash(std::string_view group);

/// 8 bytes each.
class KnownGroups {
 public:
  /// None: it is not known which were seen.
  KnownGroups() = default;
  /// All of a data set.
  explicit KnownGroups(const DatasetIndex& dataset);
  /// In any order, any number of times each.
  explicit KnownGroups(std::vector<std::uint64_t> hashes);

  bool contains(std::uint64_t hash) const;
  bool contains(std::string_view group) const { return contains(group_hash(group)); }
  bool empty() const { return hashes_.empty(); }
  std::size_t size() const { return hashes_.size(); }
  const std::vector<std::uint64_t>& hashes() const { return hashes_; }  ///< Ascending.

 private:
  std::vector<std::uint64_t> hashes_;
};

}  // namespace epitaxy::data
