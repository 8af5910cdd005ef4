#include "train/settings.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "linalg/cpu.h"
#include "linalg/gemm.h"

namespace epitaxy::train {

namespace {

constexpr double kMost = 1e9;

nn::Schedule read_schedule(config::Section s, int epochs) {
  nn::Schedule schedule;
  schedule.epochs = epochs;
  schedule.kind = nn::schedule_kind(s.choice("schedule", {"constant", "step", "cosine", "one_cycle"}, "one_cycle"));
  schedule.peak = s.number("peak", 1e-3, {0, 10});
  switch (schedule.kind) {
    case nn::ScheduleKind::one_cycle:
      schedule.rise_fraction = s.number("rise_fraction", schedule.rise_fraction, {0.001, 0.999});
      schedule.start_fraction = s.number("start_fraction", schedule.start_fraction, {0, 1});
      schedule.end_fraction = s.number("end_fraction", schedule.end_fraction, {0, 1});
      break;
    case nn::ScheduleKind::step:
      schedule.step_epochs = s.number("step_epochs", schedule.step_epochs, {1e-3, kMost});
      schedule.step_factor = s.number("step_factor", schedule.step_factor, {0, 1});
      break;
    case nn::ScheduleKind::cosine:
      schedule.final_fraction = s.number("final_fraction", schedule.final_fraction, {0, 1});
      break;
    case nn::ScheduleKind::constant:
      break;
  }
  if (schedule.kind != nn::ScheduleKind::one_cycle) {
    schedule.warmup_epochs = s.number("warmup_epochs", 0.0, {0, static_cast<double>(epochs)});
  }
  return schedule;
}

nn::OptimizerSettings read_optimizer(config::Section s) {
  nn::OptimizerSettings optimizer;
  optimizer.kind = nn::optimizer_kind(s.choice("kind", {"adam", "adamw", "sgd"}, "adamw"));
  if (optimizer.kind == nn::OptimizerKind::sgd) {
    optimizer.momentum = s.number("momentum", optimizer.momentum, {0, 0.99999});
  } else {
    optimizer.beta1 = s.number("beta1", optimizer.beta1, {0, 0.99999});
    optimizer.beta2 = s.number("beta2", optimizer.beta2, {0, 0.9999999});
    optimizer.epsilon = s.number("epsilon", optimizer.epsilon, {1e-16, 1});
  }
  const bool decoupled = optimizer.kind == nn::OptimizerKind::adamw;
  optimizer.weight_decay = s.number("weight_decay", decoupled ? 1e-4 : 0.0, {0, 10});
  optimizer.average_decay = s.number("average_decay", 0.0, {0, 0.9999999});
  return optimizer;
}

}  // namespace

nn::Arithmetic read_arithmetic(config::Section s) {
  nn::Arithmetic arithmetic;
  const std::string precision = s.choice("precision", {"auto", "float32", "float32_split", "bfloat16"}, "auto");
  const std::string kernels = s.choice("kernels", {"auto", "openblas", "onednn"}, "auto");
  const bool bfloat16 =
      precision == "bfloat16" || (precision == "auto" && kernels != "openblas" && linalg::has_fast_bfloat16());
  arithmetic.type = bfloat16 ? linalg::DataType::bfloat16 : linalg::DataType::float32;
  arithmetic.backend = kernels == "openblas" ? linalg::Backend::openblas : linalg::Backend::onednn;
  if (bfloat16 && kernels == "openblas") {
    s.problem("kernels", "OpenBLAS computes in float32 only: use 'onednn' with bfloat16");
  }
  if (precision == "float32_split") {
    arithmetic.backend = linalg::Backend::split;
    if (kernels == "openblas") {
      s.problem("kernels", "OpenBLAS does not split float32: use 'onednn' with float32_split");
    }
    if (!linalg::has_fast_bfloat16()) {
      s.problem("precision", "float32_split needs a CPU that multiplies bfloat16 in hardware: use 'float32'");
    }
  }
  return arithmetic;
}

double BetaSchedule::value(double epoch) const {
  if (epoch >= to_epoch || start == end) {
    return end;
  }
  const double way = std::max(0.0, (epoch - from_epoch) / (to_epoch - from_epoch));
  return start > 0 && end > 0 ? start * std::pow(end / start, way) : start + (end - start) * way;
}

BetaSchedule read_beta(config::Section section) {
  BetaSchedule beta;
  beta.end = section.number("end", 0.3, {0, 1e3});
  beta.start = section.number("start", beta.end, {0, 1e3});
  beta.from_epoch = section.number("from_epoch", 0.0, {0, kMost});
  beta.to_epoch = section.number("to_epoch", beta.from_epoch, {0, kMost});
  if (beta.to_epoch < beta.from_epoch) {
    section.problem("to_epoch", "lies before 'from_epoch'");
  }
  return beta;
}

TrainingSettings read_training(config::Section training, const TrainingDefaults& defaults) {
  TrainingSettings settings;
  settings.epochs = static_cast<int>(training.integer("epochs", defaults.epochs, {1, 1e6}));
  settings.batch = static_cast<int>(training.integer("batch", defaults.batch, {1, 1e7}));
  settings.shards = static_cast<int>(training.integer("shards", defaults.shards, {1, 65536}));
  if (settings.batch % settings.shards != 0) {
    training.problem("batch",
                     fmt::format("a batch of {} cannot be cut into {} equal shards", settings.batch, settings.shards));
  }
  settings.seed = static_cast<std::uint64_t>(training.integer("seed", 1, {0, kMost}));
  settings.loss.kind = nn::loss_kind(training.choice("loss", {"mae", "mse", "huber"}, "mae"));
  if (settings.loss.kind == nn::LossKind::huber) {
    settings.loss.huber_width = training.number("huber_width", 1.0, {1e-6, kMost});
  }
  settings.optimizer = read_optimizer(training.section("optimizer"));
  settings.schedule = read_schedule(training.section("learning_rate"), settings.epochs);
  settings.gradient_clip = training.number("gradient_clip", 0.0, {0, kMost});
  settings.patience = static_cast<int>(training.integer("patience", 0, {0, 1e6}));
  settings.validate_every = static_cast<int>(training.integer("validate_every", 1, {1, 1e6}));
  const bool fast = training.choice("reduction", {"ordered", "fast"}, "ordered") == "fast";
  settings.wire = fast ? linalg::DataType::bfloat16 : linalg::DataType::float32;
  settings.arithmetic = read_arithmetic(training);
  return settings;
}

std::string describe(const nn::Arithmetic& arithmetic) {
  if (arithmetic.backend == linalg::Backend::split) {
    return "float32 split into bfloat16 (oneDNN)";
  }
  return fmt::format("{} ({})", arithmetic.type == linalg::DataType::float32 ? "float32" : "bfloat16",
                     arithmetic.backend == linalg::Backend::openblas ? "OpenBLAS" : "oneDNN");
}

}  // namespace epitaxy::train
