#pragma once
/// \file
/// SELFIES: molecule strings of which every one is a molecule. Krenn et al., Mach. Learn.: Sci. Technol. 1, 045024
/// (2020); version 2 of the rules and its default bond constraints: Lo et al., Digital Discovery 2, 897 (2023), as in
/// the Python package selfies 2.1. Isotopes, charges, hydrogen counts in brackets, fragments and stereo (`[C@@H1]`,
/// `[/C]`) are kept.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chem/text_error.h"

namespace epitaxy::chem {

/// A string that cannot be translated; the message names the place and the reason.
class SelfiesError : public TextError {
 public:
  using TextError::TextError;
};

/// The SELFIES of a SMILES, atoms in the same order; aromatic rings are drawn as single and double bonds first. Throws
/// SelfiesError for what is no SMILES, cannot be kekulized, has more bonds at an atom than the constraints allow, or
/// has no SELFIES (wildcards, quadruple bonds, branches of more than 4096 symbols, rings over more than 4096 atoms).
/// An atom with fewer bonds than its element could have is no error. Nitro groups are read as [N+](=O)[O-] only:
/// N(=O)=O has five bonds. Stereo that would be another when read again is an error, too.
std::string selfies_of(std::string_view smiles);

/// The SMILES (kekulized, not canonical) of a SELFIES, empty when no atom is derived. Throws SelfiesError for text that
/// is no symbol, wherever it stands, and for nothing else.
std::string smiles_of(std::string_view selfies);

/// Symbols from which every string is a molecule of these elements: their neutral atoms with every bond they can have,
/// branches and rings; for random strings. Charged atoms are left out: the constraints let C+ have 5 bonds. Throws
/// Error for an element without constraints (it must be one of H, B, C, N, O, F, P, S, Cl, Br, I).
std::vector<std::string> robust_selfies_symbols(std::span<const std::string> elements);

}  // namespace epitaxy::chem
