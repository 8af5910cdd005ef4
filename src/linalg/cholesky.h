#pragma once
/// \file
/// The Cholesky factorization alone, for those that use its factor.
#include <cstddef>
#include <span>

namespace epitaxy::linalg {

/// L of m = L L' in place of the lower triangle of a symmetric m [size, size], row major; what is above it is not used.
/// False when m is not positive definite.
bool factorize_positive(std::span<double> m, std::size_t size);

}  // namespace epitaxy::linalg
