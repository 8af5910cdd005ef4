#pragma once
/// \file
/// Compositions as the input of models: the fractions of the 86 elements.
#include <array>

#include "chem/elements.h"
#include "chem/formula.h"

namespace epitaxy::chem {

/// The fraction of each element among the atoms; sums to 1. Throws FormulaError for an element outside the 86.
std::array<float, kElementFeatures> element_fractions(const Composition& composition);

}  // namespace epitaxy::chem
