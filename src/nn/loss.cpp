#include "nn/loss.h"

#include <cmath>

namespace epitaxy::nn {

LossSums loss_and_gradient(const Loss& loss, const float* predictions, const float* targets, std::size_t size,
                           float* gradient) {
  LossSums sums;
  for (std::size_t i = 0; i < size; ++i) {
    gradient[i] = 0;
    if (std::isnan(targets[i])) {
      continue;
    }
    const double error = static_cast<double>(predictions[i]) - targets[i];
    const double size_of_error = std::abs(error);
    const double sign = error > 0 ? 1.0 : (error < 0 ? -1.0 : error);
    sums.labels += 1;
    switch (loss.kind) {
      case LossKind::mae:
        sums.loss += size_of_error;
        gradient[i] = static_cast<float>(sign);
        break;
      case LossKind::mse:
        sums.loss += 0.5 * error * error;
        gradient[i] = static_cast<float>(error);
        break;
      case LossKind::huber:
        if (size_of_error <= loss.huber_width) {
          sums.loss += 0.5 * error * error;
          gradient[i] = static_cast<float>(error);
        } else {
          sums.loss += loss.huber_width * (size_of_error - 0.5 * loss.huber_width);
          gradient[i] = static_cast<float>(sign * loss.huber_width);
        }
        break;
    }
  }
  return sums;
}

}  // namespace epitaxy::nn
