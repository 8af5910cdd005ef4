#pragma once
/// \file
/// Molecules without their net charge, by the text alone.
#include <string>
#include <string_view>

namespace epitaxy::chem {

/// SMILES whose charges add up to something other than zero, with plain atoms in place of charged ones (`C[NH3+]` gives
/// `CN`, `CC(=O)[O-]` gives `CC(=O)O`); empty for others, and where an atom is none that stands without brackets. What
/// comes out may be no molecule.
std::string uncharged_smiles(std::string_view smiles);

}  // namespace epitaxy::chem
