#pragma once
/// \file
/// Fingerprints that count what lies along the bonds of a molecule, as RDKit makes them (its fingerprint generators):
/// other than Morgan's these see how far apart atoms are. Stereo is not seen.
#include <string_view>

namespace epitaxy::chem {

/// What is counted.
enum class PathKind {
  atom_pairs,  ///< Two atoms and the bonds between them, up to 30: Carhart et al., J. Chem. Inf. Comput. Sci. 25, 64
               ///< (1985).
  torsions,    ///< Four atoms in a row: Nilakantan et al., J. Chem. Inf. Comput. Sci. 27, 82 (1987).
  paths,       ///< Connected pieces of 1 to 5 bonds, also branched ones.
};

/// Fills `counts` [bits] with how often each occurs, hashed into the columns. Throws InputError for SMILES that RDKit
/// cannot read.
void path_counts(std::string_view smiles, PathKind kind, unsigned bits, float* counts);

}  // namespace epitaxy::chem
