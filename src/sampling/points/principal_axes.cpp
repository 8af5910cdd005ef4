#include "sampling/points/principal_axes.h"

// GCC 12 takes the registers that its own AVX-512 header leaves undefined on purpose for a mistake.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <Eigen/Eigenvalues>
#pragma GCC diagnostic pop

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace epitaxy::sampling {

PrincipalAxes principal_axes(const EncodedStatistics& encoded) {
  const auto size = static_cast<Eigen::Index>(encoded.mean.size());
  const Eigen::Map<const Eigen::MatrixXd> covariance(encoded.covariance.data(), size, size);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  if (solver.info() != Eigen::Success) {
    fail_input("the principal axes of the training molecules cannot be computed: are their latent vectors numbers?");
  }
  PrincipalAxes axes;
  for (Eigen::Index i = size; i-- > 0;) {
    axes.deviations.push_back(std::sqrt(std::max(0.0, solver.eigenvalues()[i])));
    const double* vector = solver.eigenvectors().data() + i * size;
    const double largest =
        *std::max_element(vector, vector + size, [](double a, double b) { return std::abs(a) < std::abs(b); });
    for (Eigen::Index j = 0; j < size; ++j) {
      axes.directions.push_back(largest < 0 ? -vector[j] : vector[j]);
    }
  }
  return axes;
}

}  // namespace epitaxy::sampling
