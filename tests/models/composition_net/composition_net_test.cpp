#include "models/composition_net/composition_net.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "fixtures/fixture.h"
#include "numbers.h"

using namespace epitaxy;
using namespace epitaxy::models;
using epitaxy::test::Kernels;
using linalg::Backend;
using linalg::DataType;
using nn::LossKind;
using Numbers = std::vector<float>;

BOOST_TEST_GLOBAL_FIXTURE(Kernels);

namespace {

ModelDescription describe(const std::vector<std::size_t>& widths, std::size_t features, bool residual, double dropout) {
  ModelDescription d;
  d.widths = widths;
  d.residual = residual;
  d.dropout = dropout;
  for (std::size_t i = 0; i < features; ++i) {
    d.features.push_back(fmt::format("E{}", i));
  }
  d.heads = {{"dft", "energy", "eV", {}}, {"measured", "energy", "eV", {}}};
  return d;
}

/// A net, weights with biases away from zero, and a batch with missing labels.
struct Case {
  static constexpr std::size_t kRows = 6;
  CompositionNet net;
  Numbers weights;
  Numbers features = test::random_numbers(kRows * 4, 11, 0, 1);
  Numbers targets = test::random_numbers(kRows * 2, 12);

  explicit Case(bool residual, double dropout = 0, std::vector<std::size_t> widths = {7, 7, 7, 5})
      : net(describe(widths, 4, residual, dropout)), weights(net.layout().size()) {
    net.layout().initialize(weights.data(), 5);
    for (const auto& parameter : net.layout().parameters()) {
      if (parameter.shape.size() == 1 && parameter.init_bound == 0) {
        const Numbers bias =
            test::random_numbers(parameter.size, 13 + static_cast<std::uint32_t>(parameter.offset), -0.2, 0.4);
        std::ranges::copy(bias, weights.begin() + static_cast<std::ptrdiff_t>(parameter.offset));
      }
    }
    for (const std::size_t missing : {1, 4, 6, 7}) {  // of row 3 both
      targets[missing] = std::numeric_limits<float>::quiet_NaN();
    }
  }

  std::unique_ptr<Executor> executor(std::vector<bool> trainable = {}, nn::Arithmetic arithmetic = {}) const {
    return net.executor({.rows = kRows, .arithmetic = arithmetic, .training = true, .trainable = std::move(trainable)});
  }

  nn::LossSums gradient(Executor& executor, const Numbers& at, Numbers& out, LossKind kind = LossKind::mse) const {
    executor.load(at.data());
    return executor.gradient(features.data(), targets.data(), {kind, 1.0}, {1, 2, 3, 0}, out.data());
  }
};

/// How a gradient compares with central differences of the loss. Between two kinks of the net the loss is quadratic in
/// each single weight, so that two distances give the same slope; where they do not, a kink lies between.
struct Comparison {
  int compared = 0;
  int kinks = 0;
  double worst = 0;
};

double slope(const Case& c, Executor& executor, std::size_t i, float distance) {
  Numbers moved = c.weights;
  Numbers unused(moved.size());
  moved[i] = c.weights[i] + distance;
  const double up = c.gradient(executor, moved, unused).loss;
  const float high = moved[i];
  moved[i] = c.weights[i] - distance;
  return (up - c.gradient(executor, moved, unused).loss) / (static_cast<double>(high) - moved[i]);
}

Comparison compare(const Case& c, const std::vector<bool>& trainable = {}, nn::Arithmetic arithmetic = {}) {
  const auto executor = c.executor(trainable, arithmetic);
  Numbers gradient(c.weights.size());
  c.gradient(*executor, c.weights, gradient);
  Comparison result;
  const auto& parameters = c.net.layout().parameters();
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

void check_agreement(const Comparison& comparison, std::size_t weights) {
  BOOST_TEST(comparison.worst < 3e-3);
  BOOST_TEST(comparison.kinks <= static_cast<int>(weights) / 12);
  BOOST_TEST(static_cast<std::size_t>(comparison.compared + comparison.kinks) == weights);
}

bool all_are(const Numbers& numbers, const nn::Parameter& parameter, float value) {
  const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(parameter.offset);
  return std::all_of(first, first + static_cast<std::ptrdiff_t>(parameter.size), [=](float x) { return x == value; });
}

double relative_distance(const Numbers& a, const Numbers& b) {
  double difference = 0;
  double size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
    size += static_cast<double>(b[i]) * b[i];
  }
  return std::sqrt(difference / size);
}

boost::test_tools::assertion_result fast_bfloat16(boost::unit_test::test_unit_id) {
  return linalg::has_fast_bfloat16();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(composition_net_test)

BOOST_AUTO_TEST_CASE(elemnet_has_its_published_number_of_parameters) {
  ModelDescription d = describe(elemnet_widths(), 86, false, 0);
  d.heads.resize(1);
  const CompositionNet net(d);
  BOOST_TEST(net.layout().weight_count() == 4631361u);
  BOOST_TEST(net.layout().find("body.00.weight").shape == (std::vector<std::size_t>{86, 1024}),
             boost::test_tools::per_element());
  BOOST_TEST(net.layout().find("body.15.bias").shape == (std::vector<std::size_t>{32}),
             boost::test_tools::per_element());
  BOOST_TEST(net.layout().find("head.dft.weight").size == 32u);
}

BOOST_AUTO_TEST_CASE(predictions_losses_and_gradients_agree_with_pytorch) {
  const auto json = test::fixture("composition_net.json");
  const std::size_t rows = json.at("rows");
  for (const bool residual : {false, true}) {
    for (const Backend backend : {Backend::openblas, Backend::onednn}) {
      const auto& expected = json.at(residual ? "residual" : "plain");
      const CompositionNet net(describe(json.at("widths"), json.at("features"), residual, 0));
      Numbers weights(net.layout().size());
      for (const auto& parameter : net.layout().parameters()) {
        const Numbers values = test::floats(json.at("weights").at(parameter.name));
        BOOST_REQUIRE(values.size() == parameter.size);
        std::ranges::copy(values, weights.begin() + static_cast<std::ptrdiff_t>(parameter.offset));
      }
      const auto executor =
          net.executor({.rows = rows, .arithmetic = {DataType::float32, backend}, .training = true, .trainable = {}});
      const Numbers x = test::floats(json.at("x"));
      const Numbers targets = test::floats(json.at("targets"));
      Numbers predictions(targets.size());
      Numbers gradient(weights.size());
      executor->load(weights.data());
      executor->predict(x.data(), predictions.data());
      const auto sums = executor->gradient(x.data(), targets.data(), {LossKind::mae, 1.0}, {}, gradient.data());
      BOOST_TEST(test::largest_difference(predictions, test::floats(expected.at("predictions")), predictions.size()) <
                 1e-6);
      BOOST_TEST(sums.loss == expected.at("mae_sum").get<double>(), boost::test_tools::tolerance(1e-6));
      BOOST_TEST(sums.labels == 10.0);
      for (const auto& parameter : net.layout().parameters()) {
        const Numbers values = test::floats(expected.at("gradients").at(parameter.name));
        BOOST_TEST(test::largest_difference(gradient.data() + parameter.offset, values, parameter.size) < 1e-6,
                   parameter.name);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(gradients_agree_with_differences_of_the_loss) {
  for (const bool residual : {false, true}) {
    for (const Backend backend : {Backend::openblas, Backend::onednn}) {
      const Case c(residual);
      check_agreement(compare(c, {}, {DataType::float32, backend}), c.net.layout().weight_count());
    }
  }
}

BOOST_AUTO_TEST_CASE(gradients_with_dropout_agree_with_differences_under_the_same_stream) {
  for (const bool residual : {false, true}) {
    const Case c(residual, 0.3);
    check_agreement(compare(c), c.net.layout().weight_count());
  }
}

BOOST_AUTO_TEST_CASE(dropout_follows_its_stream_and_is_off_in_predictions) {
  const Case c(false, 0.3);
  const Case without(false, 0.0);
  const auto executor = c.executor();
  executor->load(c.weights.data());
  const auto loss_at = [&](const StreamPosition& position) {
    Numbers unused(c.weights.size());
    return executor->gradient(c.features.data(), c.targets.data(), {}, position, unused.data()).loss;
  };
  const double loss = loss_at({1, 2, 3, 4});
  BOOST_TEST(loss_at({1, 2, 3, 4}) == loss);
  for (const StreamPosition& other : {StreamPosition{2, 2, 3, 4}, {1, 3, 3, 4}, {1, 2, 4, 4}, {1, 2, 3, 5}}) {
    BOOST_TEST(loss_at(other) != loss);
  }
  const auto plain = without.executor();
  plain->load(c.weights.data());
  Numbers predictions(Case::kRows * 2);
  Numbers expected(Case::kRows * 2);
  executor->predict(c.features.data(), predictions.data());
  plain->predict(c.features.data(), expected.data());
  BOOST_TEST(test::same_bits(predictions.data(), expected.data(), expected.size()));
}

BOOST_AUTO_TEST_CASE(frozen_layers_get_no_gradient_and_the_others_the_same_one) {
  const std::vector<std::string> patterns[] = {{"body.00"},
                                               {"body.00", "body.01", "body.02", "body.03"},
                                               {"body.01"},
                                               {"body.02.weight"},
                                               {"body.01.bias", "head.dft"},
                                               {"body", "head.dft"}};
  for (const bool residual : {false, true}) {
    const Case c(residual);
    Numbers full(c.weights.size());
    c.gradient(*c.executor(), c.weights, full);
    for (const auto& frozen : patterns) {
      std::vector<bool> trainable;
      for (const auto& parameter : c.net.layout().parameters()) {
        trainable.push_back(std::ranges::none_of(frozen, [&](const auto& p) { return parameter.name.starts_with(p); }));
      }
      Numbers gradient(c.weights.size());
      c.gradient(*c.executor(trainable), c.weights, gradient);
      for (std::size_t p = 0; p < trainable.size(); ++p) {
        const auto& parameter = c.net.layout()[p];
        BOOST_TEST_CONTEXT("frozen " << frozen.front() << ": " << parameter.name) {
          if (trainable[p]) {
            BOOST_TEST(
                test::same_bits(gradient.data() + parameter.offset, full.data() + parameter.offset, parameter.size));
          } else {
            BOOST_TEST(all_are(gradient, parameter, 0.0f));
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_head_without_labels_has_no_gradient_and_gaps_are_not_touched) {
  Case c(true);
  for (std::size_t row = 0; row < Case::kRows; ++row) {
    c.targets[2 * row + 1] = std::numeric_limits<float>::quiet_NaN();
  }
  Numbers gradient(c.weights.size(), 5.0f);
  const auto sums = c.gradient(*c.executor(), c.weights, gradient);
  BOOST_TEST(sums.labels == 4.0);
  BOOST_TEST(all_are(gradient, c.net.layout().find("head.measured.weight"), 0.0f));
  BOOST_TEST(all_are(gradient, c.net.layout().find("head.measured.bias"), 0.0f));
  BOOST_TEST(!all_are(gradient, c.net.layout().find("head.dft.weight"), 0.0f));
  const auto& parameters = c.net.layout().parameters();
  for (const auto& parameter : parameters) {
    const std::size_t end = parameter.offset + (parameter.size + 15) / 16 * 16;
    for (std::size_t i = parameter.offset + parameter.size; i < end; ++i) {
      BOOST_TEST(gradient[i] == 5.0f);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_same_executor_gives_the_same_bits_again) {
  const Case c(true, 0.2);
  const auto executor = c.executor();
  Numbers first(c.weights.size());
  Numbers second(c.weights.size());
  const Numbers others = test::random_numbers(c.weights.size(), 77);
  c.gradient(*executor, c.weights, first);
  c.gradient(*executor, others, second);
  std::ranges::fill(second, 0.0f);
  c.gradient(*executor, c.weights, second);
  BOOST_TEST(test::same_bits(first.data(), second.data(), first.size()));
}

BOOST_AUTO_TEST_CASE(bfloat16_stays_close_to_float32, *boost::unit_test::precondition(fast_bfloat16)) {
  for (const bool residual : {false, true}) {
    const Case c(residual, 0, {32, 32, 16});
    Numbers wide(c.weights.size());
    Numbers narrow(c.weights.size());
    const double expected = c.gradient(*c.executor(), c.weights, wide).loss;
    const auto executor = c.executor({}, {DataType::bfloat16, Backend::onednn});
    BOOST_TEST(c.gradient(*executor, c.weights, narrow).loss == expected, boost::test_tools::tolerance(0.03));
    BOOST_TEST(relative_distance(narrow, wide) < 0.03);
    BOOST_TEST(relative_distance(narrow, wide) > 0.0);
  }
}

BOOST_AUTO_TEST_CASE(operations_are_counted_for_the_products_that_are_needed) {
  const Case c(false, 0, {7, 5});
  const double first = 2.0 * Case::kRows * 4 * 7;
  const double second = 2.0 * Case::kRows * 7 * 5;
  BOOST_TEST(c.executor()->gradient_flops() == 2 * first + 3 * second);
  BOOST_TEST(c.executor({false, false, true, true, true, true, true, true})->gradient_flops() == first + 2 * second);
  BOOST_TEST(c.executor({false, false, false, false, true, true, true, true})->gradient_flops() == first + second);
}

BOOST_AUTO_TEST_SUITE_END()
