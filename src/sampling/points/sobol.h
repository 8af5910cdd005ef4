#pragma once
/// \file
/// Space-filling points: Sobol's sequence with the direction numbers of Joe and Kuo (SIAM J. Sci. Comput. 30, 2635,
/// 2008), scrambled by Matousek's random linear matrices and a digital shift (J. Complexity 14, 527, 1998).
///
/// The points are in the order of Antonov and Saleev's Gray code and begin with the origin, so that every aligned block
/// of 2^k points is a (t, k, d)-net by itself: in each dimension one point lies in each interval of length 2^-k.
#include <cstddef>
#include <cstdint>
#include <vector>

namespace epitaxy::sampling {

/// Any block of points can be asked for, in any order; they are the same on every machine. Coordinates are the centers
/// of cells of length 2^-32, so 0 and 1 never occur.
class SobolSequence {
 public:
  static constexpr std::size_t kMostDimensions = 3667;
  static constexpr std::uint64_t kMostPoints = std::uint64_t{1} << 32;
  enum class Scramble { none, linear_matrix };

  /// Different seeds and replicates are independent randomizations; without a scramble they mean nothing. Throws
  /// InputError for no dimension or too many.
  SobolSequence(std::size_t dimensions, Scramble scramble, std::uint64_t seed, std::uint32_t replicate);

  std::size_t dimensions() const { return dimensions_; }
  /// Points first, first + 1, ... -> [count, dimensions], in (0, 1). Throws InputError beyond kMostPoints.
  void points(std::uint64_t first, std::size_t count, double* out) const;

 private:
  static constexpr std::size_t kBits = 32;

  std::size_t dimensions_;
  std::vector<std::uint32_t> directions_;  ///< [kBits, dimensions], the most significant bit first.
  std::vector<std::uint32_t> shift_;       ///< [dimensions]: point 0.
};

}  // namespace epitaxy::sampling
