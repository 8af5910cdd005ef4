#pragma once
/// \file
/// Elementwise passes over contiguous numbers, vectorized by the compiler. Numbers of run-time type are given as
/// NumberBuffer; the first `size` numbers are used.
#include <cstddef>
#include <cstdint>

#include "base/random.h"
#include "linalg/buffer.h"

namespace epitaxy::linalg {

void convert(const float* from, Bfloat16* to, std::size_t size);
void convert(const Bfloat16* from, float* to, std::size_t size);
/// float32 to the type of the buffer, from its element `offset` on.
void convert(const float* from, NumberBuffer& to, std::size_t size, std::size_t offset = 0);

/// out += in.
void add(float* out, const float* in, std::size_t size);
/// out = a + b; out may be a or b.
void add(const float* a, const float* b, float* out, std::size_t size);
/// out += in, both of the same type.
void add(NumberBuffer& out, const NumberBuffer& in, std::size_t size);
/// out = a + b, all of the same type and size.
void add(const NumberBuffer& a, const NumberBuffer& b, NumberBuffer& out);
/// to = from, both of the same type.
void copy(const NumberBuffer& from, NumberBuffer& to, std::size_t size);

/// gradient = activation > 0 ? gradient * scale : 0. The backward pass of ReLU followed by dropout: dropped
/// activations are zero, kept ones were multiplied by `scale`.
void relu_backward(NumberBuffer& gradient, const NumberBuffer& activation, std::size_t size, float scale);
/// The same for [rows, columns] numbers, with the column sums of the result: the gradient of the layer's bias.
void relu_backward(NumberBuffer& gradient, const NumberBuffer& activation, std::size_t rows, std::size_t columns,
                   float scale, float* sums);

/// Sets each number to zero with probability `rate` (rounded to 1/65536) and multiplies the others by 1 / (1 - rate).
void dropout(NumberBuffer& values, std::size_t size, double rate, RandomStream stream);

/// sums[j] = sum over i of matrix[i, j]; the order of additions depends on the shape alone.
void column_sums(const NumberBuffer& matrix, std::size_t rows, std::size_t columns, float* sums);

/// Sum of squares in float64 with a fixed order of additions.
double sum_of_squares(const float* values, std::size_t size);

}  // namespace epitaxy::linalg
