/// \file
/// Speed of training the molecule autoencoder on QM9: prints JSON. Run under mpirun.
///
///     vae_train --data qm9_train.csv.gz [--precision float32|float32_split|bfloat16] [--batch 256] [--shards 2]
///     [--seconds 8]
///               [--beta 0.1] [--rate 1e-3] [--save NAME]
#include <chrono>
#include <iostream>

#include "benchmark/molecule_case.h"
#include "linalg/cpu.h"
#include "models/kinds.h"
#include "parallel/communicator.h"
#include "train/trainer.h"

namespace {

using namespace epitaxy;
using Clock = std::chrono::steady_clock;

constexpr int kWarmUpSteps = 3;

/// The autoencoder as the trainer sees it.
models::ModelDescription describe(const benchmark::Molecules& molecules) {
  const models::MoleculeVaeSettings settings = benchmark::vae_settings(molecules.table);
  models::ModelDescription description = models::describe(models::molecule_vae(), settings);
  description.features = molecules.table.symbols();
  for (const auto& head : settings.heads) {
    description.heads.push_back({head, head, "eV", {}});
  }
  return description;
}

/// Every `shards`-th molecule from `shard` on.
train::Rows shard_rows(const benchmark::Molecules& molecules, int shard, int shards) {
  train::Rows rows;
  rows.head_count = 1;
  for (auto i = static_cast<std::size_t>(shard); i < molecules.rows.rows(); i += static_cast<std::size_t>(shards)) {
    rows.block.append_row(molecules.rows, i);
    rows.targets.push_back(molecules.standardized[i]);
  }
  return rows;
}

train::TrainingSettings training_settings(const benchmark::Arguments& arguments) {
  train::TrainingSettings settings;
  settings.epochs = 1'000'000;
  settings.batch = arguments.integer("batch", 256);
  settings.shards = arguments.integer("shards", 2);
  settings.loss.kind = nn::LossKind::mse;
  settings.optimizer.kind = nn::OptimizerKind::adam;
  settings.schedule = {.kind = nn::ScheduleKind::constant, .peak = arguments.number("rate", 1e-3)};
  settings.schedule.epochs = settings.epochs;
  const double beta = arguments.number("beta", 0.1);
  settings.of_kind = models::BetaSchedule{.start = beta, .end = beta};
  settings.arithmetic = arguments.arithmetic();
  return settings;
}

/// Counts steps and looks at the clock; the first steps are not measured.
struct Measurement {
  std::int64_t steps = 0;
  Clock::time_point start;
  double seconds = 0;

  void step() {
    if (++steps == kWarmUpSteps) {
      start = Clock::now();
    } else if (steps > kWarmUpSteps) {
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
  }
};

void run(const benchmark::Arguments& arguments) {
  const auto world = parallel::Communicator::world();
  const auto molecules = benchmark::read_molecules(arguments.text("data", "qm9_train.csv.gz"), "gap_xtb_eV");
  const auto settings = training_settings(arguments);
  const models::MoleculeModel model(describe(molecules));
  std::vector<train::Rows> shards;
  const auto mine = parallel::shards_of_rank(settings.shards, world.rank(), world.size());
  for (int s = mine.first; s < mine.last; ++s) {
    shards.push_back(shard_rows(molecules, s, settings.shards));
  }
  const std::size_t smallest = molecules.rows.rows() / static_cast<std::size_t>(settings.shards);
  train::Trainer trainer(world, model, settings, std::move(shards), smallest);
  std::vector<float> weights(trainer.size());
  model.layout().initialize(weights.data(), settings.seed);
  trainer.set_weights(weights.data());

  Measurement measurement;
  train::TrainingHooks hooks;
  const double wanted = arguments.number("seconds", 8);
  hooks.stop_requested = [&] { return measurement.seconds > wanted; };
  hooks.progress = [&](std::int64_t, std::int64_t) { measurement.step(); };
  trainer.run(hooks);

  if (world.is_root()) {
    const auto& state = trainer.state();
    const auto times = trainer.times();
    const auto steps = measurement.steps - kWarmUpSteps;
    const nlohmann::ordered_json result{
        {"samples_per_s", static_cast<double>(steps * settings.batch) / measurement.seconds},
        {"step_ms", 1e3 * measurement.seconds / static_cast<double>(steps)},
        {"steps", steps},
        {"seconds", measurement.seconds},
        {"mean_loss_of_last_epoch", state.labels > 0 ? state.loss_sum / state.labels : 0},
        {"gflops_per_rank", times.flops / times.steps_seconds() * 1e-9}};
    std::cout << result.dump() << std::endl;
    if (const auto name = arguments.text("save", ""); !name.empty()) {
      benchmark::save_weights(name, molecules.table, model.layout(), trainer.weights());
    }
  }
}

}  // namespace

int main(int argc, char** argv) { return epitaxy::benchmark::run_program(argc, argv, "vae_train", run); }
