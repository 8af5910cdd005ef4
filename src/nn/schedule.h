#pragma once
/// \file
/// Learning rates as functions of the position in the training.
#include "base/names.h"

namespace epitaxy::nn {

enum class ScheduleKind { constant, step, cosine, one_cycle };
inline constexpr Named<ScheduleKind> kScheduleKinds[] = {{ScheduleKind::constant, "constant"},
                                                         {ScheduleKind::step, "step"},
                                                         {ScheduleKind::cosine, "cosine"},
                                                         {ScheduleKind::one_cycle, "one_cycle"}};
constexpr std::span<const Named<ScheduleKind>> names(ScheduleKind) { return kScheduleKinds; }

/// The learning rate over a training of `epochs` epochs. Warm-up is counted in epochs of the global batch.
struct Schedule {
  ScheduleKind kind = ScheduleKind::constant;
  double peak = 1e-3;
  double warmup_epochs = 0;      ///< Linear from zero, before the rest (not for one_cycle, which has its own).
  double step_epochs = 10;       ///< step: every so many epochs ...
  double step_factor = 0.1;      ///< ... the rate is multiplied by this.
  double final_fraction = 0;     ///< cosine: the last rate as a share of the peak.
  double rise_fraction = 0.3;    ///< one_cycle: the share of the training that rises (Smith & Topin, arXiv:1708.07120);
  double start_fraction = 0.04;  ///< one_cycle: the first rate as a share of the peak;
  double end_fraction = 4e-6;    ///< one_cycle: the last rate as a share of the peak (cosine both ways, as in PyTorch).
  double epochs = 1;

  /// The rate at a position in epochs, in [0, epochs].
  double rate(double position) const;
};

}  // namespace epitaxy::nn
