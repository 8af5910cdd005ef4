#include "chem/fractions.h"

#include <fmt/format.h>

namespace epitaxy::chem {

std::vector<ElementFraction> fractions_of(const Composition& composition) {
  std::vector<ElementFraction> fractions;
  const double atoms = composition.total();
  for (const auto& [number, count] : composition.atoms) {
    const auto index = feature_index(number);
    if (!index) {
      throw FormulaError(fmt::format("element {} is not among the {} elements of composition models", symbol(number),
                                     kElementFeatures));
    }
    fractions.push_back({*index, count / atoms});
  }
  return fractions;
}

std::array<float, kElementFeatures> element_fractions(const Composition& composition) {
  std::array<float, kElementFeatures> all{};
  for (const auto& [feature, fraction] : fractions_of(composition)) {
    all[feature] = static_cast<float>(fraction);
  }
  return all;
}

}  // namespace epitaxy::chem
