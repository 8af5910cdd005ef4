#pragma once
/// \file
/// Closed shells for molecules whose double bonds were lost. Not for other layers.
#include <GraphMol/GraphMol.h>

namespace epitaxy::chem {

/// Pairs the unpaired electrons of neighboring atoms, and of atoms at the two ends of a chain of conjugated bonds, in
/// bonds: `[CH2][CH2]` becomes `C=C`, `[NH]C=C[CH2]` becomes `N=CC=C` (the closed-shell way to draw the same
/// electrons). Shortest chains come first; every chain augments the matching of electrons, so the order costs no pair
/// (Berge, PNAS 43, 842, 1957), and ties are broken by RDKit's canonical ranks, so the order of the atoms does not
/// matter. Hydrogens and charges stay. The molecule has to be sanitized and is sanitized afterwards; true when anything
/// changed.
bool pair_electrons(RDKit::RWMol& molecule);

/// Unpaired electrons in all.
unsigned unpaired_electrons(const RDKit::ROMol& molecule);

}  // namespace epitaxy::chem
