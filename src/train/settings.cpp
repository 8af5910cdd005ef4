#include "train/settings.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "linalg/cpu.h"
#include "linalg/gemm.h"

namespace epitaxy::train {

namespace {

constexpr double kMost = 1e9;

enum class Precision { automatic, float32, float32_split, bfloat16 };
constexpr Named<Precision> kPrecisions[] = {{Precision::automatic, "auto"},
                                            {Precision::float32, "float32"},
                                            {Precision::float32_split, "float32_split"},
                                            {Precision::bfloat16, "bfloat16"}};
constexpr std::span<const Named<Precision>> names(Precision) { return kPrecisions; }

enum class Kernels { automatic, openblas, onednn };
constexpr Named<Kernels> kKernels[] = {
    {Kernels::automatic, "auto"}, {Kernels::openblas, "openblas"}, {Kernels::onednn, "onednn"}};
constexpr std::span<const Named<Kernels>> names(Kernels) { return kKernels; }

void schedule_keys(config::Keys& k, nn::Schedule& s, int epochs) {
  using enum nn::ScheduleKind;
  k.choice(s.kind, {"schedule", "course of the learning rate"}, std::optional(one_cycle));
  k.number(s.peak, {"peak", "highest learning rate"}, {0, 10});
  k.when(s.kind == one_cycle, "schedule: one_cycle", [&](config::Keys& cycle) {
    cycle.number(s.rise_fraction, {"rise_fraction", "share of the training in which the rate rises"}, {0.001, 0.999});
    cycle.number(s.start_fraction, {"start_fraction", "first rate as a share of the peak"}, {0, 1});
    cycle.number(s.end_fraction, {"end_fraction", "last rate as a share of the peak"}, {0, 1});
  });
  k.when(s.kind == step, "schedule: step", [&](config::Keys& steps) {
    steps.number(s.step_epochs,
                 config::Key("step_epochs", "time after which the rate falls, again and again").in("epochs"),
                 {1e-3, kMost});
    steps.number(s.step_factor, {"step_factor", "what the rate is multiplied by each time"}, {0, 1});
  });
  k.when(s.kind == cosine, "schedule: cosine", [&](config::Keys& fall) {
    fall.number(s.final_fraction, {"final_fraction", "last rate as a share of the peak"}, {0, 1});
  });
  k.when(s.kind != one_cycle, "schedule: constant, step or cosine", [&](config::Keys& other) {
    other.number(s.warmup_epochs,
                 config::Key("warmup_epochs", "time in which the rate first rises from 0").in("epochs"),
                 {0, static_cast<double>(epochs)});
  });
}

void optimizer_keys(config::Keys& k, nn::OptimizerSettings& s) {
  using enum nn::OptimizerKind;
  k.choice(s.kind, {"kind", "how a step follows from the gradient"});
  k.when(s.kind == sgd, "kind: sgd", [&](config::Keys& momentum) {
    momentum.number(s.momentum, {"momentum", "share of the step before that is kept"}, {0, 0.99999});
  });
  k.when(s.kind != sgd, "kind: adam or adamw", [&](config::Keys& adaptive) {
    adaptive.number(s.beta1, {"beta1", "decay of the mean gradient"}, {0, 0.99999});
    adaptive.number(s.beta2, {"beta2", "decay of the mean squared gradient"}, {0, 0.9999999});
    adaptive.number(s.epsilon, {"epsilon", "what is added to the root of the mean squared gradient"}, {1e-16, 1});
  });
  k.number(s.weight_decay, {"weight_decay", "pull of the weights toward 0; without adamw the default is 0"}, {0, 10},
           s.kind == adamw ? 1e-4 : 0.0);
  k.number(s.average_decay, {"average_decay", "decay of the moving average of the weights, which is then the model"},
           {0, 0.9999999});
}

}  // namespace

void arithmetic_keys(config::Keys& k, nn::Arithmetic& arithmetic) {
  auto precision = Precision::automatic;
  auto kernels = Kernels::automatic;
  k.choice(precision,
           config::Key("precision", "arithmetic of matrix products; auto: bfloat16 where the CPU multiplies it fast")
               .content());
  k.choice(kernels, config::Key("kernels", "library of the matrix products").content());
  const bool openblas = kernels == Kernels::openblas;
  const bool bfloat16 = precision == Precision::bfloat16 ||
                        (precision == Precision::automatic && !openblas && linalg::has_fast_bfloat16());
  arithmetic.type = bfloat16 ? linalg::DataType::bfloat16 : linalg::DataType::float32;
  arithmetic.backend = openblas ? linalg::Backend::openblas : linalg::Backend::onednn;
  if (bfloat16 && openblas) {
    k.problem("kernels", "OpenBLAS computes in float32 only: use 'onednn' with bfloat16");
  }
  if (precision == Precision::float32_split) {
    arithmetic.backend = linalg::Backend::split;
    if (openblas) {
      k.problem("kernels", "OpenBLAS does not split float32: use 'onednn' with float32_split");
    }
    if (!linalg::has_fast_bfloat16()) {
      k.problem("precision", "float32_split needs a CPU that multiplies bfloat16 in hardware: use 'float32'");
    }
  }
  k.sign("arithmetic", describe(arithmetic));
}

void keys(config::Keys& k, TrainingSettings& s) {
  k.integer(s.epochs, {"epochs", "passes over the training rows"}, {1, 1e6});
  k.integer(s.batch, {"batch", "rows of a step, over all ranks"}, {1, 1e7});
  k.integer(s.shards,
            {"shards", "parts of the batch whose gradients are computed alone: no more ranks than that can work"},
            {1, 65536});
  if (s.batch % s.shards != 0) {
    k.problem("batch", fmt::format("a batch of {} cannot be cut into {} equal shards", s.batch, s.shards));
  }
  k.integer(s.seed, {"seed", "of the starting weights, the order of the rows and everything drawn"}, {0, kMost});
  k.choice(s.loss.kind, {"loss", "of a label: absolute error, squared error, or between them"});
  k.when(s.loss.kind == nn::LossKind::huber, "loss: huber", [&](config::Keys& huber) {
    huber.number(s.loss.huber_width, {"huber_width", "error, in standard deviations, above which the loss is linear"},
                 {1e-6, kMost});
  });
  k.section({"optimizer", "the optimizer"}, [&](config::Keys& optimizer) { optimizer_keys(optimizer, s.optimizer); });
  k.section({"learning_rate", "the learning rate"},
            [&](config::Keys& rate) { schedule_keys(rate, s.schedule, s.epochs); });
  s.schedule.epochs = s.epochs;
  k.number(s.gradient_clip, {"gradient_clip", "largest norm of the mean gradient; 0: any"}, {0, kMost});
  k.integer(s.patience,
            config::Key("patience", "time without a better validation after which to stop; 0: never").in("epochs"),
            {0, 1e6});
  k.integer(s.validate_every, config::Key("validate_every", "time between validations").in("epochs"), {1, 1e6});
  bool fast = s.wire == linalg::DataType::bfloat16;
  k.either(fast, {"reduction", "fast sends gradients to other nodes in bfloat16: then the bits depend on the ranks"},
           "ordered", "fast");
  s.wire = fast ? linalg::DataType::bfloat16 : linalg::DataType::float32;
  arithmetic_keys(k, s.arithmetic);
}

std::string describe(const nn::Arithmetic& arithmetic) {
  if (arithmetic.backend == linalg::Backend::split) {
    return "float32 split into bfloat16 (oneDNN)";
  }
  return fmt::format("{} ({})", arithmetic.type == linalg::DataType::float32 ? "float32" : "bfloat16",
                     arithmetic.backend == linalg::Backend::openblas ? "OpenBLAS" : "oneDNN");
}

}  // namespace epitaxy::train
