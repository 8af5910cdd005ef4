#pragma once
/// \file
/// Regression losses with missing labels masked.
#include <cstddef>

#include "base/names.h"

namespace epitaxy::nn {

enum class LossKind { mae, mse, huber };

inline constexpr Named<LossKind> kLossKinds[] = {
    {LossKind::mae, "mae"}, {LossKind::mse, "mse"}, {LossKind::huber, "huber"}};
constexpr std::span<const Named<LossKind>> names(LossKind) { return kLossKinds; }

/// A loss on standardized targets: |e|, e^2 / 2, or Huber's with its width (Huber, Ann. Math. Stat. 35, 73, 1964).
struct Loss {
  LossKind kind = LossKind::mae;
  double huber_width = 1.0;
  const float* row_weights = nullptr;  ///< [rows] of a batch: how much each counts; null: all the same.
};

/// Sums over the labels that are there.
struct LossSums {
  double loss = 0;
  double labels = 0;
};

/// predictions, targets [rows, heads] (NaN = no label); gradient [rows, heads] = d(sum of losses)/d(prediction), zero
/// where there is no label. The caller divides by the number of labels of the global batch.
LossSums loss_and_gradient(const Loss& loss, const float* predictions, const float* targets, std::size_t size,
                           float* gradient);

}  // namespace epitaxy::nn
