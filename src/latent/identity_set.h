#pragma once
/// \file
/// A set of 64-bit hashes of molecules that takes 11 to 22 bytes a member.
#include <cstddef>
#include <cstdint>
#include <vector>

namespace epitaxy::latent {

/// Open addressing with linear probing in one array. Members can be added and asked for, not removed one by one.
class IdentitySet {
 public:
  /// True when the identity was not there yet.
  bool insert(std::uint64_t identity);
  bool contains(std::uint64_t identity) const;
  std::size_t size() const { return size_; }
  /// Forgets the members and keeps the memory.
  void clear();

 private:
  /// The slot that holds the key, or the empty one where it belongs.
  std::size_t find(std::uint64_t key) const;
  void grow();

  std::vector<std::uint64_t> slots_;  ///< 0: empty. A power of two of them, or none.
  std::size_t size_ = 0;
};

}  // namespace epitaxy::latent
