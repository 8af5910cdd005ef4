#pragma once
/// \file
/// Substances without one of their parts, to ask a model what that part contributes.
#include <string>
#include <string_view>
#include <vector>

#include "chem/substance.h"

namespace epitaxy::chem {

/// Each heavy atom of a molecule, in the order in which the SMILES writes them, becomes a dummy `*` that keeps its
/// bonds and loses its hydrogens and charge (as Sheridan, J. Chem. Inf. Model. 59, 1324, 2019, makes atoms unknown
/// types). None of a SMILES that cannot be read.
std::vector<Masked> without_each_atom(std::string_view smiles);
/// Each element of a formula is left out, in order of atomic number; fractions of the others then add up to 1. None of
/// a formula that cannot be read.
std::vector<Masked> without_each_element(std::string_view formula);

}  // namespace epitaxy::chem
