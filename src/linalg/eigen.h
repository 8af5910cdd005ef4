#pragma once
/// \file
/// Eigen's dense matrices, for sources and headers that one layer keeps to itself.

// GCC 12 takes the registers that its own AVX-512 header leaves undefined on purpose for a mistake.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <Eigen/Core>
#pragma GCC diagnostic pop

#include <span>

namespace epitaxy::linalg {

/// A copy in Eigen's own memory: the order of its sums depends on how memory is aligned, and with it the last bits.
inline Eigen::VectorXd vector_of(std::span<const double> values) {
  return Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

}  // namespace epitaxy::linalg
