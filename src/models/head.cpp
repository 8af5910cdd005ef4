#include "models/head.h"

#include <cmath>

#include "base/error.h"
#include "base/statistics.h"

namespace epitaxy::models {

Standardizer Standardizer::fit(const std::vector<double>& values) {
  const statistics::Range range = statistics::range(values);
  Standardizer result;
  if (range.count == 0) {
    return result;
  }
  if (range.low == range.high) {
    result.mean = range.low;  // rounding of the sum must not pass for a spread
    return result;
  }
  result.mean = range.mean;
  double squares = 0;
  for (const double value : values) {
    if (!std::isnan(value)) {
      squares += (value - result.mean) * (value - result.mean);
    }
  }
  result.scale = std::sqrt(squares / static_cast<double>(range.count));
  if (!std::isfinite(result.scale) || result.scale == 0) {
    fail_input(
        "labels from {:g} to {:g} are too {} to be learned: another unit, a `range`, or a `transform` in their import "
        "brings them to numbers whose squares can be computed",
        range.low, range.high, result.scale == 0 ? "small" : "large");
  }
  return result;
}

}  // namespace epitaxy::models
