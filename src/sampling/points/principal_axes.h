#pragma once
/// \file
/// Principal axes of molecules in the latent space. Not for other layers.
#include <vector>

#include "sampling/points/domain.h"

namespace epitaxy::sampling {

struct PrincipalAxes {
  std::vector<double> deviations;  ///< [latent] standard deviations, largest first.
  std::vector<double> directions;  ///< [latent, latent], a row each, of length 1; its largest number is positive.
};

PrincipalAxes principal_axes(const EncodedStatistics& encoded);

}  // namespace epitaxy::sampling
