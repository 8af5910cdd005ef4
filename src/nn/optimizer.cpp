#include "epitaxy/nn/optimizer.h"

#include <algorithm>
#include <cmath>

#include "epitaxy/base/error.h"

namespace epitaxy::nn {

OptimizerKind optimizer_kind(const std::string& name) {
  if (name == "adam") {
    return OptimizerKind::adam;
  }
  if (name == "adamw") {
    return OptimizerKind::adamw;
  }
  check(name == "sgd", "optimizers are adam, adamw and sgd");
  return OptimizerKind::sgd;
}

Optimizer::Optimizer(const OptimizerSettings& settings, std::vector<RateRange> ranges, std::size_t begin,
                     std::size_t size)
    : settings_(settings), first_(size), second_(settings.kind == OptimizerKind::sgd ? 0 : size) {
  for (const RateRange& range : ranges) {
    const std::size_t low = std::max(range.begin, begin);
    const std::size_t high = std::min(range.end, begin + size);
    if (low < high && range.multiplier != 0) {
      ranges_.push_back({low - begin, high - begin, range.multiplier});
    }
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

void Optimizer::start_average(const float* weights) { std::copy_n(weights, average_.size(), average_.data()); }

void Optimizer::step(const float* gradient, float gradient_scale, double learning_rate, float* weights) {
  ++steps_;
  for (const RateRange& range : ranges_) {
    const double rate = learning_rate * range.multiplier;
    if (settings_.kind == OptimizerKind::sgd) {
      sgd(gradient, gradient_scale, static_cast<float>(rate), range.begin, range.end, weights);
    } else {
      const bool decoupled = settings_.kind == OptimizerKind::adamw;
      const auto decay = static_cast<float>(decoupled ? rate * settings_.weight_decay : 0.0);
      adam(gradient, gradient_scale, static_cast<float>(rate), decay, range.begin, range.end, weights);
    }
  }
  if (!average_.empty()) {
    // A warm-up of the decay keeps the average from remembering the start: min(decay, (1 + t) / (10 + t)).
    const auto t = static_cast<double>(steps_);
    const auto keep = static_cast<float>(std::min(settings_.average_decay, (1 + t) / (10 + t)));
    float* average = average_.data();
    for (std::size_t i = 0; i < average_.size(); ++i) {
      average[i] = weights[i] + keep * (average[i] - weights[i]);
    }
  }
}

void Optimizer::adam(const float* gradient, float scale, float rate, float decay, std::size_t begin, std::size_t end,
                     float* weights) {
  const auto beta1 = static_cast<float>(settings_.beta1);
  const auto beta2 = static_cast<float>(settings_.beta2);
  const auto correction1 = static_cast<float>(1 - std::pow(settings_.beta1, static_cast<double>(steps_)));
  const auto correction2 =
      static_cast<float>(1 / std::sqrt(1 - std::pow(settings_.beta2, static_cast<double>(steps_))));
  const float step_size = rate / correction1;
  const auto epsilon = static_cast<float>(settings_.epsilon);
  const auto l2 = static_cast<float>(settings_.kind == OptimizerKind::adam ? settings_.weight_decay : 0.0);
  float* __restrict m = first_.data();
  float* __restrict v = second_.data();
  float* __restrict w = weights;
  for (std::size_t i = begin; i < end; ++i) {
    const float g = gradient[i] * scale + l2 * w[i];
    m[i] = beta1 * m[i] + (1 - beta1) * g;
    v[i] = beta2 * v[i] + (1 - beta2) * g * g;
    w[i] -= decay * w[i] + step_size * m[i] / (std::sqrt(v[i]) * correction2 + epsilon);
  }
}

void Optimizer::sgd(const float* gradient, float scale, float rate, std::size_t begin, std::size_t end,
                    float* weights) {
  const auto momentum = static_cast<float>(settings_.momentum);
  const auto l2 = static_cast<float>(settings_.weight_decay);
  float* __restrict m = first_.data();
  float* __restrict w = weights;
  for (std::size_t i = begin; i < end; ++i) {
    m[i] = momentum * m[i] + gradient[i] * scale + l2 * w[i];
    w[i] -= rate * m[i];
  }
}

}  // namespace epitaxy::nn
