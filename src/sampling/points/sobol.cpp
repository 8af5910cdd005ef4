#include "sampling/points/sobol.h"

#include <array>
#include <bit>
#include <boost/random/sobol.hpp>

#include "base/error.h"
#include "base/random.h"

namespace epitaxy::sampling {

namespace {

/// A random lower triangular matrix of bits with ones on the diagonal, rows and columns counted from the most
/// significant bit. Column c is the word `columns[c]`.
class BitMatrix {
 public:
  explicit BitMatrix(RandomStream& stream) {
    for (std::size_t c = 0; c < kSize; ++c) {
      const std::uint32_t diagonal = 0x80000000u >> c;
      columns_[c] = (stream.next() & (diagonal - 1)) | diagonal;
    }
  }

  std::uint32_t times(std::uint32_t vector) const {
    std::uint32_t product = 0;
    while (vector != 0) {
      const auto c = static_cast<std::size_t>(std::countl_zero(vector));
      product ^= columns_[c];
      vector ^= 0x80000000u >> c;
    }
    return product;
  }

 private:
  static constexpr std::size_t kSize = 32;
  std::array<std::uint32_t, kSize> columns_{};
};

}  // namespace

SobolSequence::SobolSequence(std::size_t dimensions, Scramble scramble, std::uint64_t seed, std::uint32_t replicate)
    : dimensions_(dimensions), directions_(kBits * dimensions), shift_(dimensions) {
  if (dimensions == 0 || dimensions > kMostDimensions) {
    fail_input("Sobol points have 1 to {} dimensions, not {}", kMostDimensions, dimensions);
  }
  // Boost's generator leaves the origin out: what it numbers n is point n + 1. In the order of the Gray code, point 2^k
  // is the sum of the direction numbers k and k - 1.
  boost::random::sobol generator(dimensions);
  for (std::size_t k = 0; k < kBits; ++k) {
    generator.seed((std::uint64_t{1} << k) - 1);
    for (std::size_t d = 0; d < dimensions; ++d) {
      const std::uint32_t before = k > 0 ? directions_[(k - 1) * dimensions + d] : 0;
      directions_[k * dimensions + d] = static_cast<std::uint32_t>(generator() >> 32) ^ before;
    }
  }
  if (scramble == Scramble::none) {
    return;
  }
  for (std::size_t d = 0; d < dimensions; ++d) {
    RandomStream stream(seed, Purpose::scramble, replicate, static_cast<std::uint32_t>(d));
    const BitMatrix matrix(stream);
    for (std::size_t k = 0; k < kBits; ++k) {
      std::uint32_t& direction = directions_[k * dimensions + d];
      direction = matrix.times(direction);
    }
    shift_[d] = stream.next();
  }
}

void SobolSequence::points(std::uint64_t first, std::size_t count, double* out) const {
  if (first > kMostPoints || count > kMostPoints - first) {
    fail_input("a Sobol sequence has {} points; {} from number {} on are beyond its end", kMostPoints, count, first);
  }
  std::vector<std::uint32_t> point = shift_;
  const auto add = [&](std::size_t k) {
    const std::uint32_t* direction = directions_.data() + k * dimensions_;
    for (std::size_t d = 0; d < dimensions_; ++d) {
      point[d] ^= direction[d];
    }
  };
  for (std::uint64_t code = first ^ (first >> 1); code != 0; code &= code - 1) {
    add(static_cast<std::size_t>(std::countr_zero(code)));
  }
  for (std::size_t i = 0; i < count; ++i) {
    double* row = out + i * dimensions_;
    for (std::size_t d = 0; d < dimensions_; ++d) {
      row[d] = (static_cast<double>(point[d]) + 0.5) * 0x1p-32;
    }
    if (i + 1 < count) {
      add(static_cast<std::size_t>(std::countr_zero(first + i + 1)));
    }
  }
}

}  // namespace epitaxy::sampling
