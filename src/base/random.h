#pragma once
/// \file
/// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC 2011). A stream is a function of its key alone, so
/// nothing about it needs to be saved: the same key gives the same numbers on any rank, after any restart.
#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace epitaxy {

/// What a stream is for; part of its key, so that two uses never share numbers.
enum class Purpose : std::uint32_t {
  init = 1,
  split = 2,
  shards = 3,
  shuffle = 4,
  dropout = 5,
  folds = 6,
  synthetic = 7,
  latent = 8,
  tokens = 9,
  points = 10,
  scramble = 11,
  inside = 12,
  labels = 13,
  validation = 14
};

/// Random numbers keyed by (seed, purpose, a, b, c); for training (a, b, c) = (epoch, step, shard). Different keys
/// never share a block of numbers as long as seeds are below 2^32; a stream repeats after 2^34 numbers.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t a = 0, std::uint32_t b = 0, std::uint32_t c = 0);

  std::uint32_t next();                  ///< 32 random bits.
  double uniform();                      ///< In (0, 1), 53 bits.
  double normal();                       ///< Standard normal (Box-Muller).
  std::uint64_t below(std::uint64_t n);  ///< In [0, n), without bias.

  /// Fisher-Yates shuffle.
  template <typename T>
  void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1], values[below(i)]);
    }
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
  double spare_normal_ = 0;
  bool has_spare_ = false;
};

}  // namespace epitaxy
