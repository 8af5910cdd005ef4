#pragma once
/// \file
/// Kernel ridge regression of many rows by some of them, the centers (Nyström's method). Not for other layers.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "learners/kernel_of_rows.h"
#include "learners/learner.h"

namespace epitaxy::learners {

/// `centers` positions of `rows`, ascending, drawn by the seed.
std::vector<std::size_t> choose_centers(std::size_t rows, std::size_t centers, std::uint64_t seed);

/// f(x) = sum_j a_j k(x, center j), where a has the smallest sum of W (y - f)^2 over all rows, plus penalty a K a with
/// the kernel K of the centers (Rudi, Camoriano, Rosasco, NIPS 2015). With all rows as centers that is the exact kernel
/// ridge regression. Time rows x centers^2, memory centers^2: rows are added up in blocks.
class CenterEquations {
 public:
  CenterEquations(const RowKernel& centers, const TrainingTable& table);

  /// a [centers]. Nothing when the equations have no stable solution.
  std::optional<std::vector<double>> solve(double penalty) const;

 private:
  void factorize(const Kernel& of_centers);

  Kernel factor_;          ///< L of K = L L', lower triangle.
  Kernel normal_;          ///< Z' W Z of Z = k(rows, centers) L'^-1, lower triangle.
  Eigen::VectorXd right_;  ///< Z' W y
};

}  // namespace epitaxy::learners
