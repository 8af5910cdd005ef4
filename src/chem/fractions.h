#pragma once
/// \file
/// Compositions as the input of models: the fractions of the 86 elements.
#include <array>
#include <vector>

#include "chem/elements.h"
#include "chem/formula.h"

namespace epitaxy::chem {

/// An element by its column among the 86 features, and its fraction among the atoms.
struct ElementFraction {
  int feature;
  double fraction;
};

/// Of the elements that a composition has, in order of atomic number. Throws FormulaError for an element outside
/// the 86.
std::vector<ElementFraction> fractions_of(const Composition& composition);

/// The fraction of each element among the atoms; sums to 1. Throws as `fractions_of`.
std::array<float, kElementFeatures> element_fractions(const Composition& composition);

}  // namespace epitaxy::chem
