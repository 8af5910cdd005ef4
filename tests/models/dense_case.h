#pragma once
/// \file
/// A small dense network with weights and a batch, and its gradient against differences of the loss.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "models/model.h"
#include "numbers.h"

namespace epitaxy::test {

/// A net with two heads, weights with biases away from zero, and a batch with missing labels.
struct DenseCase {
  using Numbers = std::vector<float>;

  static constexpr std::size_t kRows = 6;
  std::unique_ptr<models::Model> net;
  Numbers weights;
  models::RowBlock rows;
  Numbers targets = random_numbers(kRows * 2, 12);

  DenseCase(const models::ModelDescription& description, models::RowBlock batch)
      : net(models::make_model(description)), weights(net->layout().size()), rows(std::move(batch)) {
    net->layout().initialize(weights.data(), 5);
    for (const auto& parameter : net->layout().parameters()) {
      if (parameter.shape.size() == 1 && parameter.init_bound == 0) {
        const Numbers bias =
            random_numbers(parameter.size, 13 + static_cast<std::uint32_t>(parameter.offset), -0.2, 0.4);
        std::ranges::copy(bias, weights.begin() + static_cast<std::ptrdiff_t>(parameter.offset));
      }
    }
    for (const std::size_t missing : {1, 4, 6, 7}) {  // of row 3 both
      targets[missing] = std::numeric_limits<float>::quiet_NaN();
    }
  }

  std::unique_ptr<models::Executor> executor(std::vector<bool> trainable = {}, nn::Arithmetic arithmetic = {}) const {
    return net->executor(
        {.rows = kRows, .arithmetic = arithmetic, .training = true, .trainable = std::move(trainable), .of_kind = {}});
  }

  models::BatchLoss gradient(models::Executor& executor, const Numbers& at, Numbers& out,
                             nn::LossKind kind = nn::LossKind::mse) const {
    executor.load(at.data());
    return executor.gradient(rows, targets.data(), {kind, 1.0}, {1, 2, 3, 0, 0}, out.data());
  }
};

/// How a gradient compares with central differences of the loss. Between two kinks of the net the loss is quadratic in
/// each single weight, so that two distances give the same slope; where they do not, a kink lies between.
struct Comparison {
  int compared = 0;
  int kinks = 0;
  double worst = 0;
};

inline double slope(const DenseCase& c, models::Executor& executor, std::size_t i, float distance) {
  std::vector<float> moved = c.weights;
  std::vector<float> unused(moved.size());
  moved[i] = c.weights[i] + distance;
  const double up = c.gradient(executor, moved, unused).loss;
  const float high = moved[i];
  moved[i] = c.weights[i] - distance;
  return (up - c.gradient(executor, moved, unused).loss) / (static_cast<double>(high) - moved[i]);
}

inline Comparison compare(const DenseCase& c, const std::vector<bool>& trainable = {}, nn::Arithmetic arithmetic = {}) {
  const auto executor = c.executor(trainable, arithmetic);
  std::vector<float> gradient(c.weights.size());
  c.gradient(*executor, c.weights, gradient);
  Comparison result;
  const auto& parameters = c.net->layout().parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (!trainable.empty() && !trainable[p]) {
      continue;
    }
    for (std::size_t i = parameters[p].offset; i < parameters[p].offset + parameters[p].size; ++i) {
      const double wide = slope(c, *executor, i, 4e-3f);
      const double narrow = slope(c, *executor, i, 2e-3f);
      if (std::abs(wide - narrow) > 2e-3 * (1 + std::abs(narrow))) {
        ++result.kinks;
      } else {
        ++result.compared;
        result.worst = std::max(result.worst, std::abs(gradient[i] - narrow) / (1 + std::abs(narrow)));
      }
    }
  }
  return result;
}

inline void check_agreement(const Comparison& comparison, std::size_t weights) {
  BOOST_TEST(comparison.worst < 3e-3);
  BOOST_TEST(comparison.kinks <= static_cast<int>(weights) / 12);
  BOOST_TEST(static_cast<std::size_t>(comparison.compared + comparison.kinks) == weights);
}

}  // namespace epitaxy::test
