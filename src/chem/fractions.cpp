#include "chem/fractions.h"

#include <fmt/format.h>

namespace epitaxy::chem {

std::array<float, kElementFeatures> element_fractions(const Composition& composition) {
  std::array<float, kElementFeatures> fractions{};
  const double atoms = composition.total();
  for (const auto& [number, count] : composition.atoms) {
    const auto index = feature_index(number);
    if (!index) {
      throw FormulaError(fmt::format("element {} is not among the {} elements of composition models", symbol(number),
                                     kElementFeatures));
    }
    fractions[*index] = static_cast<float>(count / atoms);
  }
  return fractions;
}

}  // namespace epitaxy::chem
