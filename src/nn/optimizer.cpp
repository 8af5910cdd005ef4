#include "nn/optimizer.h"

#include <algorithm>
#include <cmath>

namespace epitaxy::nn {

Optimizer::Optimizer(const OptimizerSettings& settings, const std::vector<RateRange>& ranges,
                     const std::vector<parallel::Slice>& slices)
    : settings_(settings), slices_(slices) {
  std::size_t size = 0;
  for (const parallel::Slice& slice : slices) {
    for (const RateRange& range : ranges) {
      const std::size_t low = std::max(range.begin, slice.begin);
      const std::size_t high = std::min(range.end, slice.begin + slice.size);
      if (low < high && range.multiplier != 0) {
        pieces_.push_back({low, size + low - slice.begin, high - low, range.multiplier});
      }
    }
    size += slice.size;
  }
  first_ = linalg::Buffer<float>(size);
  if (settings.kind != OptimizerKind::sgd) {
    second_ = linalg::Buffer<float>(size);
  }
  if (settings.average_decay > 0) {
    average_ = linalg::Buffer<float>(size);
  }
}

std::vector<linalg::Buffer<float>*> Optimizer::state() {
  std::vector<linalg::Buffer<float>*> buffers{&first_};
  if (settings_.kind != OptimizerKind::sgd) {
    buffers.push_back(&second_);
  }
  if (settings_.average_decay > 0) {
    buffers.push_back(&average_);
  }
  return buffers;
}

std::vector<std::string> Optimizer::state_names() const {
  std::vector<std::string> names{"first_moment"};
  if (settings_.kind != OptimizerKind::sgd) {
    names.emplace_back("second_moment");
  }
  if (settings_.average_decay > 0) {
    names.emplace_back("average");
  }
  return names;
}

void Optimizer::start_average(const float* weights) {
  if (average_.empty()) {
    return;
  }
  float* average = average_.data();
  for (const parallel::Slice& slice : slices_) {
    average = std::copy_n(weights + slice.begin, slice.size, average);
  }
}

void Optimizer::step(const float* gradient, float gradient_scale, double learning_rate, float* weights) {
  ++steps_;
  for (const Piece& piece : pieces_) {
    const double rate = learning_rate * piece.multiplier;
    switch (settings_.kind) {
      case OptimizerKind::sgd:
        sgd(piece, gradient, gradient_scale, static_cast<float>(rate), weights);
        break;
      case OptimizerKind::adam:
        adam(piece, gradient, gradient_scale, static_cast<float>(rate), 0.0f, weights);
        break;
      case OptimizerKind::adamw:
        adam(piece, gradient, gradient_scale, static_cast<float>(rate),
             static_cast<float>(rate * settings_.weight_decay), weights);
        break;
    }
  }
  if (average_.empty()) {
    return;
  }
  // A warm-up of the decay keeps the average from remembering the start: min(decay, (1 + t) / (10 + t)).
  const auto t = static_cast<double>(steps_);
  const auto keep = static_cast<float>(std::min(settings_.average_decay, (1 + t) / (10 + t)));
  float* average = average_.data();
  for (const parallel::Slice& slice : slices_) {
    const float* w = weights + slice.begin;
    for (std::size_t i = 0; i < slice.size; ++i) {
      average[i] = w[i] + keep * (average[i] - w[i]);
    }
    average += slice.size;
  }
}

void Optimizer::adam(const Piece& piece, const float* gradient, float scale, float rate, float decay, float* weights) {
  const auto beta1 = static_cast<float>(settings_.beta1);
  const auto beta2 = static_cast<float>(settings_.beta2);
  const auto correction1 = static_cast<float>(1 - std::pow(settings_.beta1, static_cast<double>(steps_)));
  const auto correction2 =
      static_cast<float>(1 / std::sqrt(1 - std::pow(settings_.beta2, static_cast<double>(steps_))));
  const float step_size = rate / correction1;
  const auto epsilon = static_cast<float>(settings_.epsilon);
  const auto l2 = static_cast<float>(settings_.kind == OptimizerKind::adam ? settings_.weight_decay : 0.0);
  const float* __restrict d = gradient + piece.local;
  float* __restrict m = first_.data() + piece.local;
  float* __restrict v = second_.data() + piece.local;
  float* __restrict w = weights + piece.flat;
  for (std::size_t i = 0; i < piece.size; ++i) {
    const float weight = w[i];
    const float g = d[i] * scale + l2 * weight;
    const float first = beta1 * m[i] + (1 - beta1) * g;
    const float second = beta2 * v[i] + (1 - beta2) * g * g;
    m[i] = first;
    v[i] = second;
    w[i] = weight - (decay * weight + step_size * first / (std::sqrt(second) * correction2 + epsilon));
  }
}

void Optimizer::sgd(const Piece& piece, const float* gradient, float scale, float rate, float* weights) {
  const auto momentum = static_cast<float>(settings_.momentum);
  const auto l2 = static_cast<float>(settings_.weight_decay);
  const float* __restrict d = gradient + piece.local;
  float* __restrict m = first_.data() + piece.local;
  float* __restrict w = weights + piece.flat;
  for (std::size_t i = 0; i < piece.size; ++i) {
    m[i] = momentum * m[i] + d[i] * scale + l2 * w[i];
    w[i] -= rate * m[i];
  }
}

}  // namespace epitaxy::nn
