#include "sampling/points/principal_axes.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/error.h"
#include "linalg/solvers.h"

namespace epitaxy::sampling {

PrincipalAxes principal_axes(const EncodedStatistics& encoded) {
  const std::size_t size = encoded.mean.size();
  const auto eigen = linalg::symmetric_eigen(encoded.covariance, size);
  if (!eigen) {
    fail_input("the principal axes of the training molecules cannot be computed: are their latent vectors numbers?");
  }
  PrincipalAxes axes;
  for (std::size_t i = size; i-- > 0;) {
    axes.deviations.push_back(std::sqrt(std::max(0.0, eigen->values[i])));
    const auto vector = std::span(eigen->vectors).subspan(i * size, size);
    const double largest = *std::ranges::max_element(vector, {}, [](double number) { return std::abs(number); });
    for (const double number : vector) {
      axes.directions.push_back(largest < 0 ? -number : number);
    }
  }
  return axes;
}

}  // namespace epitaxy::sampling
