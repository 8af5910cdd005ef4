#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "train/trainer.h"
#include "train/training_case.h"

using namespace epitaxy;
using namespace epitaxy::train;
using linalg::Buffer;
using parallel::Communicator;

// How a training stops, goes on and ends. Collectives come first and comparisons after them, as in trainer_test.cpp.

namespace {

using Arrays = std::map<std::string, Buffer<float>>;

/// What a checkpoint holds of a training; the optimizer's arrays are on rank 0.
struct Snapshot {
  Buffer<float> weights;
  Arrays optimizer;
  TrainingState state;
};

Snapshot snapshot_of(Trainer& trainer) {
  return {test::weights_of(trainer), trainer.gather_optimizer(), trainer.state()};
}

TrainingSettings long_settings() {
  TrainingSettings s = test::small_settings();
  s.optimizer.average_decay = 0.9;
  s.epochs = 3;
  s.schedule.epochs = 3;
  return s;
}

/// Trains until `last_step` steps are done, as the last rank says, and takes what the checkpoint hook sees.
std::pair<Outcome, Snapshot> stopped_at(const Communicator& communicator, const models::Model& net,
                                        const TrainingSettings& settings, std::int64_t last_step) {
  const auto trainer = test::make_trainer(communicator, net, settings);
  Snapshot snapshot;
  std::int64_t begun = 0;
  TrainingHooks hooks;
  hooks.validate = [](const float*) { return 1.0; };
  hooks.stop_requested = [&] { return ++begun >= last_step && communicator.rank() == communicator.size() - 1; };
  hooks.checkpoint = [&] { snapshot = snapshot_of(*trainer); };
  const Outcome outcome = trainer->run(hooks);
  return {outcome, std::move(snapshot)};
}

/// Goes on from a snapshot to the end.
Snapshot resumed(const Communicator& communicator, const models::Model& net, const TrainingSettings& settings,
                 const Snapshot& from) {
  Trainer trainer(communicator, net, settings, test::rows_of(communicator), test::kSmallest);
  trainer.set_weights(from.weights.data());
  trainer.state() = from.state;
  trainer.scatter_optimizer(from.optimizer);
  TrainingHooks hooks;
  hooks.validate = [](const float*) { return 1.0; };
  trainer.run(hooks);
  return snapshot_of(trainer);
}

Snapshot undisturbed(const Communicator& communicator, const models::Model& net, const TrainingSettings& settings) {
  const auto trainer = test::make_trainer(communicator, net, settings);
  TrainingHooks hooks;
  hooks.validate = [](const float*) { return 1.0; };
  trainer->run(hooks);
  return snapshot_of(*trainer);
}

bool same_arrays(const Arrays& a, const Arrays& b) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](const auto& item) {
           return b.contains(item.first) && test::same_bits(item.second, b.at(item.first));
         });
}

bool same(const Snapshot& a, const Snapshot& b) {
  return test::same_bits(a.weights, b.weights) && same_arrays(a.optimizer, b.optimizer) &&
         a.state.optimizer_steps == b.state.optimizer_steps && a.state.epoch == b.state.epoch &&
         a.state.step == b.state.step && a.state.best_epoch == b.state.best_epoch;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trainer_control_test)

BOOST_AUTO_TEST_CASE(a_training_stopped_anywhere_and_resumed_ends_in_the_same_bits) {
  const auto world = Communicator::world();
  const auto net = test::small_net(0.1);
  for (const auto kind : {nn::OptimizerKind::adamw, nn::OptimizerKind::sgd}) {
    TrainingSettings settings = long_settings();
    settings.optimizer.kind = kind;
    const Snapshot expected = undisturbed(world, net, settings);
    for (const std::int64_t step : {1, 4, 5, 7, 14}) {
      const auto [outcome, snapshot] = stopped_at(world, net, settings, step);
      const Snapshot end = resumed(world, net, settings, snapshot);
      BOOST_TEST((outcome == Outcome::stopped), "step " << step);
      BOOST_TEST(snapshot.state.epoch * 5 + snapshot.state.step == step);
      BOOST_TEST(same(end, expected), "step " << step);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_training_stopped_on_all_ranks_goes_on_alone_in_the_same_bits) {
  const auto world = Communicator::world();
  const auto net = test::small_net();
  const TrainingSettings settings = long_settings();
  const Snapshot snapshot = stopped_at(world, net, settings, 8).second;
  if (world.is_root()) {
    const auto self = Communicator::self();
    BOOST_TEST(same(resumed(self, net, settings, snapshot), undisturbed(self, net, settings)));
  }
}

BOOST_AUTO_TEST_CASE(a_training_stopped_alone_goes_on_on_all_ranks_in_the_same_bits) {
  const auto world = Communicator::world();
  const auto self = Communicator::self();
  const auto net = test::small_net();
  const TrainingSettings settings = long_settings();
  const Snapshot snapshot = stopped_at(self, net, settings, 8).second;
  const Snapshot end = resumed(world, net, settings, snapshot);
  const Snapshot expected = undisturbed(self, net, settings);
  BOOST_TEST(test::same_bits(end.weights, expected.weights));
}

BOOST_AUTO_TEST_CASE(a_stop_is_honored_when_an_epoch_is_a_single_step) {
  const auto world = Communicator::world();
  const auto net = test::small_net();
  TrainingSettings settings = long_settings();
  settings.batch = 160;
  settings.epochs = 10;
  settings.schedule.epochs = 10;
  const auto [outcome, snapshot] = stopped_at(world, net, settings, 4);
  const Snapshot end = resumed(world, net, settings, snapshot);
  const Snapshot expected = undisturbed(world, net, settings);
  BOOST_TEST((outcome == Outcome::stopped));
  BOOST_TEST(snapshot.state.epoch == 4);
  BOOST_TEST(same(end, expected));
}

BOOST_AUTO_TEST_CASE(a_stop_that_comes_with_the_last_step_changes_nothing) {
  const auto world = Communicator::world();
  const auto net = test::small_net();
  const auto [outcome, snapshot] = stopped_at(world, net, long_settings(), 15);
  BOOST_TEST((outcome == Outcome::finished));
  BOOST_TEST(snapshot.weights.empty());
}

BOOST_AUTO_TEST_CASE(checkpoints_that_are_due_on_any_rank_are_written_and_disturb_nothing) {
  const auto world = Communicator::world();
  const auto net = test::small_net();
  const TrainingSettings settings = long_settings();
  const auto trainer = test::make_trainer(world, net, settings);
  std::vector<std::int64_t> written;
  std::int64_t begun = 0;
  TrainingHooks hooks;
  hooks.validate = [](const float*) { return 1.0; };
  hooks.checkpoint_due = [&] { return ++begun % 6 == 0 && world.rank() == world.size() - 1; };
  hooks.checkpoint = [&] {
    trainer->gather_optimizer();
    written.push_back(trainer->state().epoch * 5 + trainer->state().step);
  };
  trainer->run(hooks);
  const Snapshot end = snapshot_of(*trainer);
  const Snapshot expected = undisturbed(world, net, settings);
  BOOST_TEST(written == (std::vector<std::int64_t>{6, 12}), boost::test_tools::per_element());
  BOOST_TEST(same(end, expected));
}

BOOST_AUTO_TEST_CASE(an_optimizer_state_that_does_not_fit_is_refused_on_all_ranks) {
  const auto world = Communicator::world();
  const auto net = test::small_net();
  const auto trainer = test::make_trainer(world, net, long_settings());
  Arrays without_average = trainer->gather_optimizer();
  without_average.erase("average");
  Arrays short_moment = trainer->gather_optimizer();
  short_moment["first_moment"] = Buffer<float>(3);
  std::vector<std::string> messages;
  for (const Arrays& arrays : {without_average, short_moment}) {
    try {
      trainer->scatter_optimizer(arrays);
      messages.emplace_back("no error");
    } catch (const Error& error) {
      messages.emplace_back(error.what());
    }
  }
  BOOST_TEST(messages[0].find("average") != std::string::npos);
  BOOST_TEST(messages[1].find("first_moment") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(patience_ends_a_training_that_does_not_improve) {
  const auto net = test::small_net();
  TrainingSettings settings = test::small_settings();
  settings.epochs = 20;
  settings.patience = 3;
  const auto trainer = test::make_trainer(Communicator::world(), net, settings);
  const std::vector<double> metrics{5, 4, 4.5, 3, 3, 3.5, 9, 1};
  std::vector<bool> improved;
  std::size_t calls = 0;
  int announced = 0;
  TrainingHooks hooks;
  hooks.validate = [&](const float*) { return metrics[calls++]; };
  hooks.improved = [&](const float*) { ++announced; };
  hooks.epoch_done = [&](const EpochReport& report) { improved.push_back(report.improved); };
  const Outcome outcome = trainer->run(hooks);
  BOOST_TEST((outcome == Outcome::stopped_early));
  BOOST_TEST(trainer->state().epoch == 7);
  BOOST_TEST(trainer->state().best == 3.0);
  BOOST_TEST(trainer->state().best_epoch == 4);
  BOOST_TEST(improved == (std::vector<bool>{true, true, false, true, false, false, false}),
             boost::test_tools::per_element());
  BOOST_TEST(announced == 3);
}

BOOST_AUTO_TEST_CASE(validation_comes_every_so_many_epochs_and_at_the_end) {
  const auto net = test::small_net();
  TrainingSettings settings = test::small_settings();
  settings.epochs = 7;
  settings.validate_every = 3;
  std::vector<std::int64_t> validated;
  std::int64_t epochs = 0;
  TrainingHooks hooks;
  hooks.validate = [](const float*) { return 1.0; };
  hooks.epoch_done = [&](const EpochReport& report) {
    BOOST_TEST(report.epoch == ++epochs);
    if (report.validated) {
      validated.push_back(report.epoch);
    }
  };
  test::make_trainer(Communicator::world(), net, settings)->run(hooks);
  BOOST_TEST(epochs == 7);
  BOOST_TEST(validated == (std::vector<std::int64_t>{3, 6, 7}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(progress_counts_all_steps_and_the_rate_follows_the_schedule) {
  const auto net = test::small_net();
  const TrainingSettings settings = test::small_settings();
  std::vector<std::int64_t> steps;
  std::vector<double> rates;
  TrainingHooks hooks;
  hooks.progress = [&](std::int64_t step, std::int64_t all) {
    BOOST_TEST(all == 10);
    steps.push_back(step);
  };
  hooks.epoch_done = [&](const EpochReport& report) { rates.push_back(report.learning_rate); };
  const auto trainer = test::make_trainer(Communicator::world(), net, settings);
  trainer->run(hooks);
  BOOST_TEST(steps == (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), boost::test_tools::per_element());
  BOOST_TEST(rates == (std::vector<double>{settings.schedule.rate(0.8), settings.schedule.rate(1.8)}),
             boost::test_tools::per_element());
  BOOST_TEST(trainer->times().rows == 10 * 8 * static_cast<std::int64_t>(test::rows_of(Communicator::world()).size()));
  BOOST_TEST(trainer->times().flops > 0.0);
}

BOOST_AUTO_TEST_SUITE_END()
