#pragma once
/// \file
/// Softmax cross-entropy over tokens with masked positions.
#include <cstddef>
#include <cstdint>

#include "linalg/buffer.h"

namespace epitaxy::nn {

/// Sums over the positions that are not masked.
struct TokenSums {
  double loss = 0;           ///< In nats.
  std::int64_t tokens = 0;   ///< Positions that count.
  std::int64_t correct = 0;  ///< Positions whose largest logit is the target's.
};

/// logits [rows, tokens], targets [rows] (-1 = masked) -> the sum of -log softmax(logits)[target] and its gradient
/// softmax - one-hot [rows, tokens] in the buffer's type, zero for masked rows. No gradient is written when it is null.
/// Logits that are not finite show in the loss. Throws Error for a target outside [-1, tokens).
TokenSums cross_entropy(const float* logits, const std::int32_t* targets, std::size_t rows, std::size_t tokens,
                        linalg::NumberBuffer* gradient);

/// ids[i] = the index of the largest of logits[i]; the lowest index wins a tie. NaN is never the largest.
void argmax(const float* logits, std::size_t rows, std::size_t tokens, std::int32_t* ids);

}  // namespace epitaxy::nn
