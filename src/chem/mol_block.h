#pragma once
/// \file
/// Molecules as a table of atoms and bonds (MDL molfile V2000 and V3000).
#include <string>

namespace epitaxy::chem {

/// The SMILES, with stereo, of a molecule that is written so. Throws MoleculeError with what RDKit says.
std::string smiles_of_mol_block(const std::string& block);

}  // namespace epitaxy::chem
