#pragma once
/// \file
/// A longer list of numbers that RDKit computes from a molecule's graph, as features of small models.
#include <string>
#include <string_view>
#include <vector>

namespace epitaxy::chem {

/// In the order of `descriptor_list`: RDKit's registered properties (weight, donors and acceptors, rings, logP, molar
/// refractivity, polar and accessible surface, connectivity and shape indices), the surface by atomic contributions to
/// logP, molar refractivity and partial charge (Labute, J. Mol. Graph. Model. 18, 464, 2000: `SlogP_VSA1`, `SMR_VSA1`,
/// `PEOE_VSA1`, ...), and the molecular quantum numbers (Nguyen et al., ChemMedChem 4, 1803, 2009: `MQN1`, ...).
const std::vector<std::string>& descriptor_list_names();

/// Zero where a number is not defined (partial charges of a molecule with `*` atoms). Throws InputError for SMILES that
/// RDKit cannot read.
std::vector<float> descriptor_list(std::string_view smiles);

}  // namespace epitaxy::chem
