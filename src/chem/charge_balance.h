#pragma once
/// \file
/// Whether the elements of a formula can be ions whose charges add up to zero.
#include <span>

#include "chem/fractions.h"

namespace epitaxy::chem {

/// The smallest charge per atom, without sign, when each element has one of its common oxidation states: 0 for Fe2O3.
/// Elements of mixed valence (Fe3O4) and those in elemental form keep a charge. The search ends after 100,000 sums:
/// what is smallest so far counts then, which only formulas of nine elements and more can reach.
double least_charge(std::span<const ElementFraction> fractions);

}  // namespace epitaxy::chem
