#include "nn/optimizer.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "fixtures/fixture.h"
#include "numbers.h"

using namespace epitaxy;
using nn::Optimizer;
using nn::OptimizerKind;
using nn::OptimizerSettings;
using Numbers = std::vector<float>;
using Texts = std::vector<std::string>;

namespace {

OptimizerSettings settings_of(const std::string& name) {
  OptimizerSettings s;
  s.kind = value_of<nn::OptimizerKind>(name.substr(0, name.find('_')));
  s.weight_decay = name == "adam" || name == "sgd" ? 0.0 : 0.1;
  s.momentum = name == "sgd_momentum_l2" ? 0.9 : 0.0;
  if (name == "adam_l2") {
    s.beta1 = 0.8;
    s.beta2 = 0.95;
    s.epsilon = 1e-4;
  }
  return s;
}

const OptimizerSettings kSgd{.kind = OptimizerKind::sgd, .momentum = 0.0};

}  // namespace

BOOST_AUTO_TEST_SUITE(optimizer_test)

BOOST_AUTO_TEST_CASE(every_step_agrees_with_pytorch) {
  const auto json = test::fixture("optimizer.json");
  const Numbers start = test::floats(json.at("start"));
  for (const std::string name : {"adam", "adam_l2", "adamw", "sgd", "sgd_momentum_l2"}) {
    Optimizer optimizer(settings_of(name), {{0, start.size(), 1}}, {{0, start.size()}});
    Numbers weights = start;
    for (std::size_t step = 0; step < json.at("rates").size(); ++step) {
      BOOST_TEST_CONTEXT(name << " step " << step) {
        const Numbers gradient = test::floats(json.at("gradients")[step]);
        optimizer.step(gradient.data(), 1.0f, json.at("rates")[step], weights.data());
        const Numbers expected = test::floats(json.at(name)[step]);
        BOOST_TEST(test::largest_difference(weights, expected, weights.size()) < 1e-6);
        BOOST_TEST(optimizer.steps() == static_cast<std::int64_t>(step) + 1);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_gradient_is_scaled_first) {
  Numbers weights{1, 2};
  const Numbers gradient{4, -8};
  Optimizer(kSgd, {{0, 2, 1}}, {{0, 2}}).step(gradient.data(), 0.25f, 0.5, weights.data());
  BOOST_TEST(weights == (Numbers{0.5f, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(ranges_have_their_own_rates_and_frozen_ones_stay) {
  for (const OptimizerKind kind : {OptimizerKind::sgd, OptimizerKind::adam, OptimizerKind::adamw}) {
    Numbers weights(6, 1.0f);
    const Numbers gradient(6, 1.0f);
    OptimizerSettings settings{.kind = kind, .momentum = 0.0};
    Optimizer(settings, {{0, 2, 1}, {2, 3, 0}, {3, 5, 0.5f}}, {{0, 6}})
        .step(gradient.data(), 1.0f, 0.5, weights.data());
    // The first step of Adam is the rate itself, up to its epsilon.
    const Numbers expected{0.5f, 0.5f, 1, 0.75f, 0.75f, 1};
    BOOST_TEST(test::largest_difference(weights, expected, 6) < 1e-5);
    BOOST_TEST(weights[2] == 1.0f);
    BOOST_TEST(weights[5] == 1.0f);
  }
}

BOOST_AUTO_TEST_CASE(decay_leaves_frozen_weights_alone) {
  for (const OptimizerKind kind : {OptimizerKind::sgd, OptimizerKind::adam, OptimizerKind::adamw}) {
    Numbers weights{1, 1};
    const Numbers gradient{0, 0};
    OptimizerSettings settings{.kind = kind, .weight_decay = 0.5, .momentum = 0.0};
    Optimizer(settings, {{0, 1, 0}, {1, 2, 1}}, {{0, 2}}).step(gradient.data(), 1.0f, 0.1, weights.data());
    BOOST_TEST(weights[0] == 1.0f);
    BOOST_TEST(weights[1] < 1.0f);
  }
}

BOOST_AUTO_TEST_CASE(slices_together_do_what_one_optimizer_does) {
  const std::size_t size = 100;
  const std::vector<nn::RateRange> ranges{{0, 30, 1}, {30, 55, 0}, {55, 70, 0.1f}, {70, 96, 2}};
  for (const std::string name : {"adam", "adamw", "sgd_momentum_l2"}) {
    OptimizerSettings settings = settings_of(name);
    settings.average_decay = 0.9;
    Optimizer whole(settings, ranges, {{0, size}});
    const std::vector<std::vector<parallel::Slice>> owned{{{0, 20}, {60, 40}}, {{20, 40}, {60, 0}}};
    Numbers one = test::random_numbers(size, 1);
    Numbers many = one;
    whole.start_average(one.data());
    std::vector<Optimizer> owners;
    for (const auto& slices : owned) {
      owners.emplace_back(settings, ranges, slices).start_average(many.data());
    }
    const auto local = [](const std::vector<parallel::Slice>& slices, const float* all) {
      Numbers numbers;
      for (const auto& slice : slices) {
        numbers.insert(numbers.end(), all + slice.begin, all + slice.begin + slice.size);
      }
      return numbers;
    };
    for (std::uint32_t step = 0; step < 5; ++step) {
      const Numbers gradient = test::random_numbers(size, 10 + step);
      whole.step(gradient.data(), 0.5f, 0.01, one.data());
      for (std::size_t i = 0; i < owners.size(); ++i) {
        owners[i].step(local(owned[i], gradient.data()).data(), 0.5f, 0.01, many.data());
      }
    }
    BOOST_TEST(test::same_bits(one.data(), many.data(), size));
    for (std::size_t i = 0; i < owners.size(); ++i) {
      const Numbers average = local(owned[i], whole.average().data());
      BOOST_TEST(test::same_bits(average.data(), owners[i].average().data(), average.size()));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_average_follows_the_weights_with_a_warm_up_of_its_decay) {
  OptimizerSettings settings = kSgd;
  settings.average_decay = 0.25;
  Optimizer optimizer(settings, {{0, 1, 1}}, {{0, 1}});
  Numbers weights{8};
  optimizer.start_average(weights.data());
  const Numbers gradient{1};
  // Step 1 keeps min(0.25, 2/11) of the old average, step 2 min(0.25, 3/12), all later ones 0.25.
  optimizer.step(gradient.data(), 1.0f, 1.0, weights.data());
  const float first = 7.0f + 2.0f / 11.0f;
  BOOST_TEST(optimizer.average()[0] == first, boost::test_tools::tolerance(1e-6f));
  optimizer.step(gradient.data(), 1.0f, 1.0, weights.data());
  const float second = 6.0f + 0.25f * (first - 6.0f);
  BOOST_TEST(optimizer.average()[0] == second, boost::test_tools::tolerance(1e-6f));
  optimizer.step(gradient.data(), 1.0f, 1.0, weights.data());
  BOOST_TEST(optimizer.average()[0] == 5.0f + 0.25f * (second - 5.0f), boost::test_tools::tolerance(1e-6f));
}

BOOST_AUTO_TEST_CASE(an_optimizer_with_its_state_put_back_goes_on_in_the_same_bits) {
  const std::size_t size = 33;
  for (const std::string name : {"adam", "adamw", "sgd_momentum_l2"}) {
    OptimizerSettings settings = settings_of(name);
    settings.average_decay = 0.99;
    Optimizer first(settings, {{0, size, 1}}, {{0, size}});
    Numbers weights = test::random_numbers(size, 1);
    first.start_average(weights.data());
    const Numbers gradient = test::random_numbers(size, 2);
    for (int step = 0; step < 3; ++step) {
      first.step(gradient.data(), 1.0f, 0.01, weights.data());
    }
    Optimizer second(settings, {{0, size, 1}}, {{0, size}});
    Numbers resumed = weights;
    second.set_steps(first.steps());
    for (std::size_t i = 0; i < first.state().size(); ++i) {
      *second.state()[i] = *first.state()[i];
    }
    first.step(gradient.data(), 1.0f, 0.01, weights.data());
    second.step(gradient.data(), 1.0f, 0.01, resumed.data());
    BOOST_TEST(test::same_bits(weights.data(), resumed.data(), size));
    BOOST_TEST(test::same_bits(first.average().data(), second.average().data(), size));
  }
}

BOOST_AUTO_TEST_CASE(the_state_has_a_name_for_every_array) {
  const auto names = [](OptimizerKind kind, double average) {
    Optimizer optimizer({.kind = kind, .average_decay = average}, {}, {{0, 4}});
    BOOST_TEST(optimizer.state().size() == optimizer.state_names().size());
    for (const auto* array : optimizer.state()) {
      BOOST_TEST(array->size() == 4u);
    }
    return optimizer.state_names();
  };
  BOOST_TEST(names(OptimizerKind::sgd, 0) == (Texts{"first_moment"}), boost::test_tools::per_element());
  BOOST_TEST(names(OptimizerKind::adam, 0) == (Texts{"first_moment", "second_moment"}),
             boost::test_tools::per_element());
  BOOST_TEST(names(OptimizerKind::adamw, 0.9) == (Texts{"first_moment", "second_moment", "average"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(optimizers_have_names) {
  BOOST_TEST((value_of<nn::OptimizerKind>("adamw") == OptimizerKind::adamw));
  BOOST_CHECK_THROW(value_of<nn::OptimizerKind>("lamb"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
