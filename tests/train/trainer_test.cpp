#include "train/trainer.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "train/training_case.h"

using namespace epitaxy;
using namespace epitaxy::train;
using epitaxy::test::Kernels;
using linalg::Buffer;
using parallel::Communicator;

// These tests run on 1, 2 and 4 ranks. Collectives come first and comparisons after them, so that a failure on one
// rank cannot leave the others waiting. The reference is a run that holds all shards on one rank.

BOOST_TEST_GLOBAL_FIXTURE(Kernels);

namespace {

/// The weights after a whole training.
Buffer<float> trained(const Communicator& communicator, const models::Model& net, const TrainingSettings& settings,
                      const TrainingHooks& hooks = {}, const std::vector<double>& multipliers = {}) {
  const auto trainer = test::make_trainer(communicator, net, settings, multipliers);
  trainer->run(hooks);
  return test::weights_of(*trainer);
}

/// One step of plain SGD at rate 1 with the whole smallest shard in the batch.
TrainingSettings one_step() {
  TrainingSettings s = test::small_settings();
  s.epochs = 1;
  s.batch = 160;
  s.optimizer = {.kind = nn::OptimizerKind::sgd, .momentum = 0};
  s.schedule = {.kind = nn::ScheduleKind::constant, .peak = 1, .epochs = 1};
  return s;
}

std::vector<double> change(const models::Model& net, const Buffer<float>& weights) {
  std::vector<float> start(weights.size());
  net.layout().initialize(start.data(), 9);
  std::vector<double> result;
  for (std::size_t i = 0; i < start.size(); ++i) {
    result.push_back(static_cast<double>(weights[i]) - start[i]);
  }
  return result;
}

double norm_of(const std::vector<double>& values) {
  double squares = 0;
  for (const double x : values) {
    squares += x * x;
  }
  return std::sqrt(squares);
}

/// Rows of this rank's shards, in the given one of which so many rows have features that are NaN.
std::vector<Rows> rows_with_nan(const Communicator& communicator, int shard, std::size_t rows) {
  auto result = test::rows_of(communicator);
  const auto range = parallel::shards_of_rank(test::kShards, communicator.rank(), communicator.size());
  if (range.first <= shard && shard < range.last) {
    result[shard - range.first] = test::shard_rows(shard, rows);
  }
  return result;
}

bool all_finite(const Buffer<float>& values) {
  return std::ranges::all_of(values, [](float x) { return std::isfinite(x); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trainer_test)

BOOST_AUTO_TEST_CASE(any_number_of_ranks_gives_the_same_bits) {
  const auto net = test::small_net(0.1);
  for (const auto kind : {nn::OptimizerKind::adamw, nn::OptimizerKind::adam, nn::OptimizerKind::sgd}) {
    TrainingSettings settings = test::small_settings();
    settings.optimizer.kind = kind;
    settings.gradient_clip = 0.5;
    const auto together = trained(Communicator::world(), net, settings);
    const auto alone = trained(Communicator::self(), net, settings);
    BOOST_TEST(test::same_bits(together, alone));
    BOOST_TEST(norm_of(change(net, together)) > 0.01);
  }
}

BOOST_AUTO_TEST_CASE(any_number_of_ranks_gives_the_same_bits_in_the_arithmetic_of_onednn) {
  const auto net = test::small_net();
  TrainingSettings settings = test::small_settings();
  settings.arithmetic = {linalg::has_fast_bfloat16() ? linalg::DataType::bfloat16 : linalg::DataType::float32,
                         linalg::Backend::onednn};
  const auto together = trained(Communicator::world(), net, settings);
  const auto alone = trained(Communicator::self(), net, settings);
  BOOST_TEST(test::same_bits(together, alone));
}

BOOST_AUTO_TEST_CASE(the_seed_decides_the_bits) {
  const auto net = test::small_net();
  TrainingSettings settings = test::small_settings();
  const auto first = trained(Communicator::self(), net, settings);
  const auto again = trained(Communicator::self(), net, settings);
  settings.seed = 4;
  const auto other = trained(Communicator::self(), net, settings);
  BOOST_TEST(test::same_bits(first, again));
  BOOST_TEST(!test::same_bits(first, other));
}

BOOST_AUTO_TEST_CASE(losses_and_validated_weights_are_the_same_on_all_ranks) {
  const auto net = test::small_net();
  TrainingSettings settings = test::small_settings();
  settings.optimizer.average_decay = 0.5;
  const auto record = [&](const Communicator& communicator) {
    std::vector<double> seen;
    TrainingHooks hooks;
    hooks.validate = [&](const float* weights) {
      double sum = 0;
      for (std::size_t i = 0; i < net.layout().size(); ++i) {
        sum += weights[i] * static_cast<double>(i % 7);
      }
      seen.push_back(sum);
      return 1.0;
    };
    hooks.epoch_done = [&](const EpochReport& report) { seen.push_back(report.train_loss); };
    trained(communicator, net, settings, hooks);
    return seen;
  };
  const auto together = record(Communicator::world());
  const auto alone = record(Communicator::self());
  BOOST_TEST(together.size() == 4u);
  BOOST_TEST(together == alone, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_validated_is_the_average_when_there_is_one) {
  const auto net = test::small_net();
  TrainingSettings settings = test::small_settings();
  settings.epochs = 1;
  for (const double decay : {0.0, 0.9}) {
    settings.optimizer.average_decay = decay;
    const auto trainer = test::make_trainer(Communicator::world(), net, settings);
    Buffer<float> validated;
    TrainingHooks hooks;
    hooks.validate = [&](const float* weights) {
      validated = Buffer<float>(trainer->size());
      std::copy_n(weights, trainer->size(), validated.data());
      return 0.0;
    };
    trainer->run(hooks);
    const auto arrays = trainer->gather_optimizer();
    BOOST_TEST(test::same_bits(validated, test::weights_of(*trainer)) == (decay == 0.0));
    if (Communicator::world().is_root() && decay > 0) {
      BOOST_TEST(test::same_bits(validated, arrays.at("average")));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_step_of_descent_moves_against_the_mean_gradient_of_the_labels) {
  const auto net = test::small_net();
  TrainingSettings whole = one_step();
  whole.shards = 1;
  whole.batch = static_cast<int>(test::shard_rows(0).count());
  Trainer trainer(Communicator::self(), net, whole, {test::shard_rows(0)}, test::shard_rows(0).count());
  test::initialize(trainer, net);
  trainer.run({});
  const Rows rows = test::shard_rows(0);
  std::vector<float> start(net.layout().size());
  std::vector<float> gradient(net.layout().size());
  net.layout().initialize(start.data(), 9);
  const auto executor = net.executor(
      {.rows = rows.count(), .arithmetic = whole.arithmetic, .training = true, .trainable = {}, .of_kind = {}});
  executor->load(start.data());
  const auto sums = executor->gradient(rows.block, rows.targets.data(), whole.loss, {}, gradient.data());
  const auto moved = change(net, test::weights_of(trainer));
  double worst = 0;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    worst = std::max(worst, std::abs(moved[i] + gradient[i] / sums.labels));
  }
  BOOST_TEST(worst < 1e-5);
  BOOST_TEST(norm_of(moved) > 0.1);
}

BOOST_AUTO_TEST_CASE(clipping_shortens_a_long_gradient_to_its_limit_and_leaves_a_short_one) {
  const auto net = test::small_net();
  TrainingSettings settings = one_step();
  const auto full = trained(Communicator::world(), net, settings);
  const auto full_change = change(net, full);
  const double norm = norm_of(full_change);
  settings.gradient_clip = norm / 4;
  const auto clipped_change = change(net, trained(Communicator::world(), net, settings));
  settings.gradient_clip = norm * 1.01;
  const auto loose = trained(Communicator::world(), net, settings);
  double worst = 0;
  for (std::size_t i = 0; i < full_change.size(); ++i) {
    worst = std::max(worst, std::abs(clipped_change[i] - full_change[i] / 4));
  }
  BOOST_TEST(norm_of(clipped_change) == norm / 4, boost::test_tools::tolerance(1e-4));
  BOOST_TEST(worst < 1e-6);
  BOOST_TEST(test::same_bits(loose, full));
}

// The weights of a frozen head do not move, so its gradient must not shorten those of the others either.
BOOST_AUTO_TEST_CASE(frozen_parameters_stay_and_do_not_count_for_clipping) {
  const auto net = test::small_net();
  TrainingSettings settings = one_step();
  std::vector<double> multipliers;
  for (const auto& parameter : net.layout().parameters()) {
    multipliers.push_back(parameter.name.starts_with("head.dft") || parameter.name.starts_with("body.00") ? 0.0 : 1.0);
  }
  const auto norm = norm_of(change(net, trained(Communicator::world(), net, settings, {}, multipliers)));
  settings.gradient_clip = norm / 4;
  const auto moved = change(net, trained(Communicator::world(), net, settings, {}, multipliers));
  BOOST_TEST(norm_of(moved) == norm / 4, boost::test_tools::tolerance(1e-4));
  for (std::size_t p = 0; p < multipliers.size(); ++p) {
    const auto& parameter = net.layout()[p];
    const auto first = moved.begin() + static_cast<std::ptrdiff_t>(parameter.offset);
    const bool still =
        std::all_of(first, first + static_cast<std::ptrdiff_t>(parameter.size), [](double x) { return x == 0; });
    BOOST_TEST(still == (multipliers[p] == 0), parameter.name);
  }
}

BOOST_AUTO_TEST_CASE(a_multiplier_scales_the_rate_of_its_parameter) {
  const auto net = test::small_net();
  const TrainingSettings settings = one_step();
  std::vector<double> multipliers(net.layout().parameters().size(), 1.0);
  const auto plain = change(net, trained(Communicator::world(), net, settings, {}, multipliers));
  multipliers[2] = 0.25;
  const auto scaled = change(net, trained(Communicator::world(), net, settings, {}, multipliers));
  for (std::size_t p = 0; p < multipliers.size(); ++p) {
    double worst = 0;
    for (std::size_t i = net.layout()[p].offset; i < net.layout()[p].offset + net.layout()[p].size; ++i) {
      worst = std::max(worst, std::abs(scaled[i] - multipliers[p] * plain[i]));
    }
    BOOST_TEST(worst < 1e-6);
  }
}

BOOST_AUTO_TEST_CASE(ranges_of_equal_rates_are_joined_over_the_gaps) {
  nn::ParameterLayout layout;
  layout.add("a", {10}, 0.0);
  layout.add("b", {16}, 0.0);
  layout.add("c", {1}, 0.0);
  const auto one = rate_ranges(layout, {});
  BOOST_REQUIRE(one.size() == 1u);
  BOOST_TEST(one[0].begin == 0u);
  BOOST_TEST(one[0].end == 48u);
  BOOST_TEST(one[0].multiplier == 1.0f);
  const auto two = rate_ranges(layout, {0.5, 0.5, 0.0});
  BOOST_REQUIRE(two.size() == 2u);
  BOOST_TEST(two[0].end == 32u);
  BOOST_TEST(two[0].multiplier == 0.5f);
  BOOST_TEST(two[1].begin == 32u);
  BOOST_TEST(two[1].multiplier == 0.0f);
}

BOOST_AUTO_TEST_CASE(the_loss_goes_down_where_there_is_something_to_learn) {
  const auto net = test::small_net();
  TrainingSettings settings = test::small_settings();
  settings.epochs = 40;
  settings.schedule.epochs = 40;
  std::vector<double> losses;
  TrainingHooks hooks;
  hooks.epoch_done = [&](const EpochReport& report) { losses.push_back(report.train_loss); };
  trained(Communicator::world(), net, settings, hooks);
  BOOST_REQUIRE(losses.size() == 40u);
  BOOST_TEST(losses.back() < 0.05 * losses.front());
}

BOOST_AUTO_TEST_CASE(a_batch_that_is_not_finite_is_skipped_on_all_ranks) {
  const auto net = test::small_net();
  TrainingSettings settings = test::small_settings();
  settings.epochs = 25;  // more bad steps than end a training when they come in a row
  settings.schedule.epochs = 25;
  // One row of shard 2 is bad. Its 40 rows fill the five batches of each epoch, so every epoch meets it once.
  BOOST_TEST(test::shard_rows(2).count() == test::kSmallest);
  const auto run = [&](const Communicator& communicator) {
    auto trainer =
        std::make_unique<Trainer>(communicator, net, settings, rows_with_nan(communicator, 2, 1), test::kSmallest);
    test::initialize(*trainer, net);
    const Outcome outcome = trainer->run({});
    BOOST_TEST((outcome == Outcome::finished));
    return trainer;
  };
  const auto together = run(Communicator::world());
  const auto alone = run(Communicator::self());
  BOOST_TEST(together->state().skipped_steps == settings.epochs);
  BOOST_TEST(together->state().optimizer_steps == settings.epochs * (together->steps_per_epoch() - 1));
  BOOST_TEST(all_finite(test::weights_of(*together)));
  BOOST_TEST(test::same_bits(test::weights_of(*together), test::weights_of(*alone)));
}

BOOST_AUTO_TEST_CASE(many_batches_in_a_row_that_are_not_finite_end_the_training_on_all_ranks) {
  const auto net = test::small_net();
  TrainingSettings settings = test::small_settings();
  settings.epochs = 10;
  const auto world = Communicator::world();
  Trainer trainer(world, net, settings, rows_with_nan(world, 2, test::kSmallest), test::kSmallest);
  test::initialize(trainer, net);
  const auto before = test::weights_of(trainer);
  std::string message;
  try {
    trainer.run({});
  } catch (const Error& error) {
    message = error.what();
  }
  BOOST_TEST(message.find("not a finite number for 20 steps in a row (epoch 4, step 5)") != std::string::npos);
  BOOST_TEST(test::same_bits(test::weights_of(trainer), before));
}

BOOST_AUTO_TEST_CASE(steps_follow_from_the_smallest_shard) {
  const auto net = test::small_net();
  const auto world = Communicator::world();
  TrainingSettings settings = test::small_settings();
  BOOST_TEST(test::make_trainer(world, net, settings)->steps_per_epoch() == 5);
  settings.batch = 36;
  BOOST_TEST(test::make_trainer(world, net, settings)->steps_per_epoch() == 4);
  settings.batch = 4000;
  BOOST_TEST(test::make_trainer(world, net, settings)->steps_per_epoch() == 1);
}

BOOST_AUTO_TEST_CASE(a_batch_larger_than_a_shard_counts_each_row_once) {
  const auto net = test::small_net();
  TrainingSettings settings = one_step();
  settings.shards = 1;
  const Rows rows = test::shard_rows(0);
  const auto change_with = [&](int batch) {
    settings.batch = batch;
    Trainer trainer(Communicator::self(), net, settings, {rows}, rows.count());
    test::initialize(trainer, net);
    trainer.run({});
    return change(net, test::weights_of(trainer));
  };
  const auto exact = change_with(static_cast<int>(rows.count()));
  const auto padded = change_with(100);
  BOOST_TEST(test::largest_difference(padded, exact, exact.size()) < 1e-6);
}

BOOST_AUTO_TEST_SUITE_END()
