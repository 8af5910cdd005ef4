#pragma once
/// \file
/// Substances without one of their parts, to ask a model what that part contributes.
#include <string>
#include <string_view>
#include <vector>

#include "chem/substance.h"

namespace epitaxy::chem {

struct Masked {
  std::size_t index = 0;  ///< Of the part, from 0.
  std::string symbol;     ///< Its element.
  std::string text;       ///< The substance without it; empty where nothing is left.
};

/// Of molecules each heavy atom, in the order in which the text writes them, becomes a dummy `*` that keeps its bonds
/// and loses its hydrogens and charge (as Sheridan, J. Chem. Inf. Model. 59, 1324, 2019, makes atoms unknown types). Of
/// compositions each element is left out, in order of atomic number; fractions of the others then add up to 1. None of
/// a text that cannot be read.
std::vector<Masked> masked(const Substance& substance, std::string_view text);

}  // namespace epitaxy::chem
