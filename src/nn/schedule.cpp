#include "nn/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace epitaxy::nn {

namespace {

/// From `a` to `b` along half a cosine, t in [0, 1].
double cosine_between(double a, double b, double t) {
  return b + (a - b) * 0.5 * (1 + std::cos(std::numbers::pi * std::clamp(t, 0.0, 1.0)));
}

}  // namespace

double Schedule::rate(double position) const {
  if (kind == ScheduleKind::one_cycle) {
    const double rise = rise_fraction * epochs;
    return position < rise ? cosine_between(start_fraction * peak, peak, position / rise)
                           : cosine_between(peak, end_fraction * peak, (position - rise) / (epochs - rise));
  }
  if (position < warmup_epochs) {
    return peak * position / warmup_epochs;
  }
  if (kind == ScheduleKind::step) {
    return peak * std::pow(step_factor, std::floor((position - warmup_epochs) / step_epochs));
  }
  if (kind == ScheduleKind::cosine) {
    const double rest = epochs - warmup_epochs;
    return cosine_between(peak, final_fraction * peak, rest > 0 ? (position - warmup_epochs) / rest : 0.0);
  }
  return peak;
}

}  // namespace epitaxy::nn
