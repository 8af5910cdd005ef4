#pragma once
/// \file
/// Which molecule is it, and was it in the training set?
#include "data/known_groups.h"

namespace epitaxy::latent {

/// Of a canonical SMILES without stereo, which is the group of a molecule; never 0.
inline std::uint64_t molecule_identity(std::string_view canonical) { return data::group_hash(canonical); }

using KnownMolecules = data::KnownGroups;

}  // namespace epitaxy::latent
