#include "latent/identity_set.h"

#include <algorithm>
#include <bit>

namespace epitaxy::latent {

namespace {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio: Fibonacci hashing
constexpr std::size_t kFirstSlots = 64;

/// 0 marks an empty slot, so the identity 0 is kept under another number.
std::uint64_t key_of(std::uint64_t identity) { return identity != 0 ? identity : kGolden; }

}  // namespace

std::size_t IdentitySet::find(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = (key * kGolden) >> (64 - std::countr_zero(slots_.size()));
  while (slots_[slot] != 0 && slots_[slot] != key) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

bool IdentitySet::insert(std::uint64_t identity) {
  if (4 * (size_ + 1) > 3 * slots_.size()) {
    grow();
  }
  const std::uint64_t key = key_of(identity);
  std::uint64_t& slot = slots_[find(key)];
  if (slot == key) {
    return false;
  }
  slot = key;
  ++size_;
  return true;
}

bool IdentitySet::contains(std::uint64_t identity) const {
  return !slots_.empty() && slots_[find(key_of(identity))] != 0;
}

void IdentitySet::clear() {
  std::ranges::fill(slots_, 0);
  size_ = 0;
}

void IdentitySet::grow() {
  std::vector<std::uint64_t> old(std::max(kFirstSlots, 2 * slots_.size()));
  old.swap(slots_);
  for (const std::uint64_t key : old) {
    if (key != 0) {
      slots_[find(key)] = key;
    }
  }
}

}  // namespace epitaxy::latent
