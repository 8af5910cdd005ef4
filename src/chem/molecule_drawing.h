#pragma once
/// \file
/// Molecules for people: their scaffolds, and drawings of them.
#include <string>
#include <string_view>

namespace epitaxy::chem {

/// The rings of a molecule and what joins them, as SMILES without stereo (Bemis and Murcko, J. Med. Chem. 39, 2887,
/// 1996); empty without rings. Throws InputError for what is no molecule.
std::string murcko_scaffold(std::string_view smiles);

/// The structure as SVG of this many pixels. Throws the same.
std::string molecule_svg(std::string_view smiles, int width, int height);

}  // namespace epitaxy::chem
