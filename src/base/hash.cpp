#include "base/hash.h"

#define XXH_STATIC_LINKING_ONLY  // makes the state a complete type
#include <xxhash.h>

#include <cstdint>

#include "base/error.h"

namespace epitaxy {

struct Hasher::State {
  XXH3_state_t xxh;
};

Hasher::Hasher() : state_(std::make_unique<State>()) {
  XXH3_INITSTATE(&state_->xxh);
  check(XXH3_128bits_reset(&state_->xxh) == XXH_OK, "the hash state cannot be set up");
}

Hasher::~Hasher() = default;

void Hasher::add_bytes(const void* data, std::size_t bytes) {
  if (bytes > 0) {
    check(XXH3_128bits_update(&state_->xxh, data, bytes) == XXH_OK, "the hash state cannot be updated");
  }
}

void Hasher::add(std::string_view text) {
  const std::uint64_t length = text.size();
  add_bytes(&length, sizeof length);
  add_bytes(text.data(), text.size());
}

std::string Hasher::hex() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(&state_->xxh);
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace epitaxy
