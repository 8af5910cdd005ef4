#pragma once
/// \file
/// A standard normal distribution of many dimensions, cut off by a plane.
#include <cstddef>
#include <vector>

namespace epitaxy::sampling {

/// Where along . g <= limit. A point of the unit cube gives a vector g there whose distribution is the standard normal
/// one under that condition: the cube's first dimension becomes, by the truncated distribution's quantile, the part
/// along the given direction, and a reflection (Householder) turns the first axis into that direction.
class HalfSpace {
 public:
  /// `along` has length 1.
  HalfSpace(std::vector<double> along, double limit);

  /// `steps` [dimensions] are the standard normal quantiles of a point whose first number is `first`; becomes g.
  void restrict(double first, double* steps) const;

 private:
  std::vector<double> reflection_;  ///< Of length sqrt 2.
  double turn_;                     ///< 1 or -1: the reflection makes the first axis `turn_` times `along`.
  double mass_;
};

}  // namespace epitaxy::sampling
