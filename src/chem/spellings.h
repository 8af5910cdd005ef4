#pragma once
/// \file
/// One molecule, many SMILES: the same graph written from other atoms on (Arus-Pous et al., J. Cheminform. 11, 71,
/// 2019).
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace epitaxy::chem {

/// `count` random spellings, a function of the string and the count alone. Throws SelfiesError or InputError for what
/// is no molecule.
std::vector<std::string> spellings(std::string_view smiles, std::size_t count);

/// SMILES from a representation, of strings that are well formed: an empty string for SELFIES of unknown symbols.
std::string smiles_from(const std::string& representation, std::string_view text);

}  // namespace epitaxy::chem
