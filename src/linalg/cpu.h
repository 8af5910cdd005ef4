#pragma once
/// \file
/// What the CPU offers, and how the libraries below use it.

#include <cstddef>

namespace epitaxy::linalg {

/// One thread for every library below, denormals flushed to zero: call once at the start of each process.
void set_up_kernels();

/// True when the CPU multiplies bfloat16 in hardware (AMX or AVX512-BF16).
bool has_fast_bfloat16();

/// Rows of a product of at least `rows` rows, all of which oneDNN computes alike: a row's bits depend on that row
/// alone. Its kernels for AVX2 take six rows at a time and add up two that are left over in another order.
std::size_t rows_alike(std::size_t rows);

/// Whether OpenBLAS computes the rows of a product alike. Its kernels for AVX2 do not.
bool openblas_rows_are_alike();

/// E.g. `AVX2 AVX512F AVX512-BF16 AMX-BF16`.
const char* cpu_features();

}  // namespace epitaxy::linalg
