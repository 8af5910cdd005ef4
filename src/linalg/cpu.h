#pragma once
/// \file
/// What the CPU offers, and how the libraries below use it.

namespace epitaxy::linalg {

/// One thread for every library below, denormals flushed to zero: call once at the start of each process.
void set_up_kernels();

/// True when the CPU multiplies bfloat16 in hardware (AMX or AVX512-BF16).
bool has_fast_bfloat16();

/// E.g. `AVX2 AVX512F AVX512-BF16 AMX-BF16`.
const char* cpu_features();

}  // namespace epitaxy::linalg
