#include "sampling/points/half_space.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "base/statistics.h"

namespace epitaxy::sampling {

HalfSpace::HalfSpace(std::vector<double> along, double limit)
    : reflection_(std::move(along)), turn_(reflection_.front() < 0 ? 1 : -1), mass_(statistics::normal_below(limit)) {
  reflection_.front() -= turn_;  // away from the first axis, so that nothing cancels
  const double squares = std::inner_product(reflection_.begin(), reflection_.end(), reflection_.begin(), 0.0);
  for (double& number : reflection_) {
    number *= std::sqrt(2 / squares);
  }
}

void HalfSpace::restrict(double first, double* steps) const {
  steps[0] = turn_ * statistics::normal_quantile(first * mass_);
  const double product = std::inner_product(reflection_.begin(), reflection_.end(), steps, 0.0);
  for (std::size_t j = 0; j < reflection_.size(); ++j) {
    steps[j] -= product * reflection_[j];
  }
}

}  // namespace epitaxy::sampling
