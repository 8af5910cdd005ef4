#pragma once
/// \file
/// The 166 public MACCS keys: whether a molecule has a ring of four, a S-N bond, more than one nitrogen, ... After
/// Durant et al., J. Chem. Inf. Comput. Sci. 42, 1273 (2002), as RDKit defines them.
#include <string_view>

namespace epitaxy::chem {

/// Numbered from 1, as in the literature. RDKit has no definition of keys 1 (an isotope) and 44 (other elements): these
/// are 0.
inline constexpr unsigned kMaccsKeys = 166;

/// Fills `values` [kMaccsKeys] with 0 or 1: first that of key 1. Throws InputError for SMILES that RDKit cannot read.
void maccs_keys(std::string_view smiles, float* values);

}  // namespace epitaxy::chem
