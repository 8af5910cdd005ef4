#pragma once
/// \file
/// Formula units of different size that are one substance: Fe4O6 and Fe2O3.
#include <string>

#include "chem/substance.h"

namespace epitaxy::data {

/// By how much values of a mole of the formula units that a text names differ from those of the reduced formula, its
/// identity: 0.5 for Fe4O6; 1 where an identity has no size of its own.
double formula_reduction(const chem::Preparer& preparer, const std::string& text, const std::string& identity);

}  // namespace epitaxy::data
