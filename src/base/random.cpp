#include "base/random.h"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

#include "base/error.h"

namespace epitaxy {

// The purpose goes into the upper key word, times an odd constant so that it differs in many bits: seeds below 2^32
// leave that word free. The counter is {block, a, b, c}, so each stream has its own 2^32 blocks.
RandomStream::RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t a, std::uint32_t b, std::uint32_t c)
    : key_{static_cast<std::uint32_t>(seed),
           static_cast<std::uint32_t>(seed >> 32) ^ (static_cast<std::uint32_t>(purpose) * 0x9E3779B9u)},
      counter_{0, a, b, c} {}

std::uint32_t RandomStream::next() {
  if (used_ == 4) {
    const r123::Philox4x32 generator;
    const auto block = generator({{counter_[0], counter_[1], counter_[2], counter_[3]}}, {{key_[0], key_[1]}});
    for (std::size_t i = 0; i < 4; ++i) {
      block_[i] = block[i];
    }
    ++counter_[0];
    used_ = 0;
  }
  return block_[static_cast<std::size_t>(used_++)];
}

double RandomStream::uniform() {
  const std::uint64_t high = next();
  const std::uint64_t bits = (high << 32) | next();
  // Odd multiples of 2^-53: exact in a double, and neither 0 nor 1 can come out.
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
}

double RandomStream::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2 * std::log(uniform()));
  const double angle = 2 * std::numbers::pi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

std::uint64_t RandomStream::below(std::uint64_t n) {
  check(n > 0, "a random number below 0 was asked for");
  const std::uint64_t biased = (0 - n) % n;  // 2^64 mod n: the lowest numbers would come once too often
  while (true) {
    const std::uint64_t high = next();
    const std::uint64_t bits = (high << 32) | next();
    if (bits >= biased) {
      return bits % n;
    }
  }
}

}  // namespace epitaxy
