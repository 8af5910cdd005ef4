#include "nn/cross_entropy.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "linalg/elementwise.h"
#include "linalg/vector_math.h"

namespace epitaxy::nn {

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kMostTokens = 1024;
constexpr float kLowest = -std::numeric_limits<float>::infinity();

/// One row of logits, padded with minus infinity to whole lanes: maxima and sums go lane by lane, which the compiler
/// vectorizes, and their order is always the same.
class Row {
 public:
  explicit Row(std::size_t tokens) : tokens_(tokens), padded_((tokens + kLanes - 1) / kLanes * kLanes) {
    check(tokens > 0 && tokens <= kMostTokens, "there are 1 to 1024 tokens");
    std::fill_n(values_, padded_, kLowest);
  }

  void load(const float* logits) {
    std::copy_n(logits, tokens_, values_);
    std::fill(values_ + tokens_, values_ + padded_, kLowest);
  }

  float largest() const {
    float lanes[kLanes];
    std::fill_n(lanes, kLanes, kLowest);
    for (std::size_t i = 0; i < padded_; i += kLanes) {
      for (std::size_t l = 0; l < kLanes; ++l) {
        lanes[l] = values_[i + l] > lanes[l] ? values_[i + l] : lanes[l];
      }
    }
    return *std::max_element(lanes, lanes + kLanes);
  }

  /// The lowest index of `value`, 0 when it is not there.
  std::size_t find(float value) const {
    const float* found = std::find(values_, values_ + tokens_, value);
    return found == values_ + tokens_ ? 0 : static_cast<std::size_t>(found - values_);
  }

  /// Replaces each number x by e^(x - shift) and returns their sum.
  float exponentiate(float shift) {
    float lanes[kLanes] = {};
    for (std::size_t i = 0; i < padded_; i += kLanes) {
      for (std::size_t l = 0; l < kLanes; ++l) {
        values_[i + l] = linalg::fast_exp(values_[i + l] - shift);
        lanes[l] += values_[i + l];
      }
    }
    for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
      for (std::size_t l = 0; l < half; ++l) {
        lanes[l] += lanes[l + half];
      }
    }
    return lanes[0];
  }

  void scale(float factor) {
    for (std::size_t i = 0; i < padded_; ++i) {
      values_[i] *= factor;
    }
  }

  float& operator[](std::size_t i) { return values_[i]; }
  const float* data() const { return values_; }

 private:
  std::size_t tokens_;
  std::size_t padded_;
  alignas(64) float values_[kMostTokens];
};

void clear(linalg::NumberBuffer& gradient, std::size_t row, std::size_t tokens) {
  if (gradient.type() == linalg::DataType::float32) {
    std::fill_n(gradient.as<float>() + row * tokens, tokens, 0.0f);
  } else {
    std::fill_n(gradient.as<linalg::Bfloat16>() + row * tokens, tokens, linalg::Bfloat16{0});
  }
}

}  // namespace

TokenSums cross_entropy(const float* logits, const std::int32_t* targets, std::size_t rows, std::size_t tokens,
                        linalg::NumberBuffer* gradient) {
  check(gradient == nullptr || rows * tokens <= gradient->size(), "the gradient has room for all logits");
  TokenSums sums;
  Row row(tokens);
  for (std::size_t i = 0; i < rows; ++i) {
    if (targets[i] == -1) {
      if (gradient != nullptr) {
        clear(*gradient, i, tokens);
      }
      continue;
    }
    check(targets[i] >= 0 && static_cast<std::size_t>(targets[i]) < tokens, "targets are tokens");
    const auto target = static_cast<std::size_t>(targets[i]);
    row.load(logits + i * tokens);
    const float largest = row.largest();
    const float target_logit = row[target];
    sums.tokens += 1;
    sums.correct += row.find(largest) == target ? 1 : 0;
    const float total = row.exponentiate(largest);
    sums.loss += static_cast<double>(largest) - target_logit + std::log(static_cast<double>(total));
    if (gradient != nullptr) {
      row.scale(1.0f / total);
      row[target] -= 1.0f;
      linalg::convert(row.data(), *gradient, tokens, i * tokens);
    }
  }
  return sums;
}

void argmax(const float* logits, std::size_t rows, std::size_t tokens, std::int32_t* ids) {
  Row row(tokens);
  for (std::size_t i = 0; i < rows; ++i) {
    row.load(logits + i * tokens);
    ids[i] = static_cast<std::int32_t>(row.find(row.largest()));
  }
}

}  // namespace epitaxy::nn
