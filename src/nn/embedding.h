#pragma once
/// \file
/// Products with one-hot rows: x W where each row of x is the unit vector of a token id picks rows of W [tokens,
/// width]. Id -1 stands for the zero vector (padding). All of it throws Error for an id outside [-1, tokens).
///
/// Weights, outputs and gradients may be float or linalg::Bfloat16; the functions exist for all combinations.
#include <cstddef>
#include <cstdint>

#include "linalg/buffer.h"

namespace epitaxy::nn {

/// A matrix [tokens, width] of one row per token.
struct TokenRows {
  std::size_t tokens = 0;
  std::size_t width = 0;
};

/// out[i] = weight[ids[i]] for `count` ids; out is [count, width].
template <typename Weight, typename Out>
void gather_rows(const TokenRows& shape, const Weight* weight, const std::int32_t* ids, std::size_t count, Out* out);

/// out[i] += weight[ids[i]].
template <typename Weight, typename Out>
void add_gathered_rows(const TokenRows& shape, const Weight* weight, const std::int32_t* ids, std::size_t count,
                       Out* out);

/// dweight[ids[i]] += gradient[i], in the order of i; the caller sets dweight [tokens, width] to zero first.
template <typename Gradient>
void scatter_add_rows(const TokenRows& shape, const Gradient* gradient, const std::int32_t* ids, std::size_t count,
                      float* dweight);

}  // namespace epitaxy::nn
