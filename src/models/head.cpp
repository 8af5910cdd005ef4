#include "models/head.h"

#include <cmath>

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
  return result;
}

}  // namespace epitaxy::models
