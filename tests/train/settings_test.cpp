#include "train/settings.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "base/error.h"
#include "config/key_reader.h"
#include "data/temporary_folder.h"
#include "linalg/cpu.h"
#include "linalg/gemm.h"

using namespace epitaxy;
using train::TrainingSettings;

namespace {

/// The settings of a `training` section, given as the text below that key.
TrainingSettings read(const std::string& keys, const TrainingSettings& defaults = {}) {
  const auto document = config::Document::from_text("training:\n" + keys, "x.yaml");
  const auto settings = config::read<TrainingSettings>(document.root().section("training"), defaults);
  document.finish();
  return settings;
}

std::string resolved(const std::string& keys) {
  const auto document = config::Document::from_text("training:\n" + keys, "x.yaml");
  config::read<TrainingSettings>(document.root().section("training"));
  document.finish();
  return document.resolved();
}

void check_refused(const std::string& keys, const std::string& part) {
  BOOST_TEST_CONTEXT(keys) { BOOST_CHECK_EXCEPTION(read(keys), InputError, test::says("x.yaml", part)); }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(settings_test)

BOOST_AUTO_TEST_CASE(a_stage_gives_the_defaults) {
  TrainingSettings defaults;
  defaults.epochs = 7;
  defaults.batch = 30;
  defaults.shards = 3;
  const TrainingSettings s = read("", defaults);
  BOOST_TEST(s.epochs == 7);
  BOOST_TEST(s.batch == 30);
  BOOST_TEST(s.shards == 3);
  BOOST_TEST(s.shard_rows() == 10);
  BOOST_TEST(s.seed == 1u);
  BOOST_TEST((s.loss.kind == nn::LossKind::mae));
  BOOST_TEST((s.optimizer.kind == nn::OptimizerKind::adamw));
  BOOST_TEST(s.optimizer.weight_decay == 1e-4);
  BOOST_TEST(s.optimizer.average_decay == 0.0);
  BOOST_TEST((s.schedule.kind == nn::ScheduleKind::one_cycle));
  BOOST_TEST(s.schedule.peak == 1e-3);
  BOOST_TEST(s.schedule.epochs == 7.0);
  BOOST_TEST(s.gradient_clip == 0.0);
  BOOST_TEST(s.patience == 0);
  BOOST_TEST(s.validate_every == 1);
}

BOOST_AUTO_TEST_CASE(every_key_reaches_its_setting) {
  const TrainingSettings s = read(R"(
  epochs: 12
  batch: 64
  shards: 8
  seed: 42
  loss: huber
  huber_width: 0.25
  optimizer: {kind: adam, beta1: 0.8, beta2: 0.99, epsilon: 1.0e-6, weight_decay: 0.01, average_decay: 0.999}
  learning_rate: {schedule: cosine, peak: 0.02, final_fraction: 0.1, warmup_epochs: 2}
  gradient_clip: 1.5
  patience: 6
  validate_every: 2
  precision: float32
  kernels: openblas
)");
  BOOST_TEST(s.epochs == 12);
  BOOST_TEST(s.batch == 64);
  BOOST_TEST(s.shards == 8);
  BOOST_TEST(s.seed == 42u);
  BOOST_TEST((s.loss.kind == nn::LossKind::huber));
  BOOST_TEST(s.loss.huber_width == 0.25);
  BOOST_TEST((s.optimizer.kind == nn::OptimizerKind::adam));
  BOOST_TEST(s.optimizer.beta1 == 0.8);
  BOOST_TEST(s.optimizer.beta2 == 0.99);
  BOOST_TEST(s.optimizer.epsilon == 1e-6);
  BOOST_TEST(s.optimizer.weight_decay == 0.01);
  BOOST_TEST(s.optimizer.average_decay == 0.999);
  BOOST_TEST((s.schedule.kind == nn::ScheduleKind::cosine));
  BOOST_TEST(s.schedule.peak == 0.02);
  BOOST_TEST(s.schedule.final_fraction == 0.1);
  BOOST_TEST(s.schedule.warmup_epochs == 2.0);
  BOOST_TEST(s.schedule.epochs == 12.0);
  BOOST_TEST(s.gradient_clip == 1.5);
  BOOST_TEST(s.patience == 6);
  BOOST_TEST(s.validate_every == 2);
  BOOST_TEST(train::describe(s.arithmetic) == "float32 (OpenBLAS)");
}

BOOST_AUTO_TEST_CASE(other_optimizers_and_schedules_have_keys_of_their_own) {
  const TrainingSettings s = read(R"(
  optimizer: {kind: sgd, momentum: 0.5}
  learning_rate: {schedule: step, step_epochs: 3, step_factor: 0.5}
)");
  BOOST_TEST((s.optimizer.kind == nn::OptimizerKind::sgd));
  BOOST_TEST(s.optimizer.momentum == 0.5);
  BOOST_TEST(s.optimizer.weight_decay == 0.0);
  BOOST_TEST(s.schedule.step_epochs == 3.0);
  BOOST_TEST(s.schedule.step_factor == 0.5);
  const TrainingSettings cycle =
      read("  learning_rate: {rise_fraction: 0.4, start_fraction: 0.1, end_fraction: 0.01}\n");
  BOOST_TEST(cycle.schedule.rise_fraction == 0.4);
  BOOST_TEST(cycle.schedule.start_fraction == 0.1);
  BOOST_TEST(cycle.schedule.end_fraction == 0.01);
}

BOOST_AUTO_TEST_CASE(keys_that_another_choice_would_read_are_refused) {
  check_refused("  optimizer: {kind: adamw, momentum: 0.9}\n", "momentum");
  check_refused("  optimizer: {kind: sgd, beta1: 0.9}\n", "beta1");
  check_refused("  learning_rate: {schedule: constant, final_fraction: 0.1}\n", "final_fraction");
  check_refused("  learning_rate: {warmup_epochs: 1}\n", "warmup_epochs");
  check_refused("  loss: mae\n  huber_width: 1\n", "huber_width");
}

BOOST_AUTO_TEST_CASE(values_out_of_range_are_refused) {
  check_refused("  epochs: 0\n", "epochs");
  check_refused("  batch: 30\n  shards: 4\n", "cannot be cut into 4 equal shards");
  check_refused("  loss: mape\n", "mape");
  check_refused("  optimizer: {kind: lamb}\n", "lamb");
  check_refused("  learning_rate: {peak: -1}\n", "peak");
  check_refused("  epochs: 3\n  learning_rate: {schedule: cosine, warmup_epochs: 4}\n", "warmup_epochs");
  check_refused("  gradient_clip: -1\n", "gradient_clip");
  check_refused("  precision: bfloat16\n  kernels: openblas\n", "float32 only");
  check_refused("  precision: float32_split\n  kernels: openblas\n", "does not split");
}

BOOST_AUTO_TEST_CASE(precision_follows_the_processor_unless_it_is_given) {
  const std::string automatic = linalg::has_fast_bfloat16() ? "bfloat16 (oneDNN)" : "float32 (oneDNN)";
  BOOST_TEST(train::describe(read("").arithmetic) == automatic);
  BOOST_TEST(train::describe(read("  precision: float32\n").arithmetic) == "float32 (oneDNN)");
  BOOST_TEST(train::describe(read("  precision: bfloat16\n").arithmetic) == "bfloat16 (oneDNN)");
  if (linalg::has_fast_bfloat16()) {
    BOOST_TEST(train::describe(read("  precision: float32_split\n").arithmetic) ==
               "float32 split into bfloat16 (oneDNN)");
  } else {
    check_refused("  precision: float32_split\n", "in hardware");
  }
  BOOST_TEST(train::describe(read("  kernels: openblas\n").arithmetic) == "float32 (OpenBLAS)");
  BOOST_TEST(train::describe(read("  kernels: onednn\n  precision: float32\n").arithmetic) == "float32 (oneDNN)");
}

BOOST_AUTO_TEST_CASE(the_resolved_input_names_the_defaults) {
  const std::string text = resolved("  epochs: 5\n");
  for (const std::string key : {"epochs: 5", "loss: mae", "kind: adamw", "schedule: one_cycle", "precision: auto"}) {
    BOOST_TEST(text.find(key) != std::string::npos, key);
  }
  BOOST_TEST(text.find("huber_width") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
