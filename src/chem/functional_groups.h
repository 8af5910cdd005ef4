#pragma once
/// \file
/// How often functional groups occur in a molecule: alcohols, esters, amines, rings of pyridine, ...
#include <string>
#include <string_view>
#include <vector>

namespace epitaxy::chem {

/// As RDKit calls them (its module Fragments): `fr_ester`, `fr_Al_OH`, ... Groups overlap: an acid is a carbonyl, too.
const std::vector<std::string>& functional_group_names();

/// Fills `counts` [names]. Places with the same atoms count once. Beyond 1,000 a group is no longer counted. Throws
/// InputError for SMILES that RDKit cannot read.
void functional_group_counts(std::string_view smiles, float* counts);

}  // namespace epitaxy::chem
