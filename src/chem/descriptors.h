#pragma once
/// \file
/// Sizes and simple properties of molecules, as RDKit computes them.
#include <array>
#include <string_view>

namespace epitaxy::chem {

/// By row of `kDescriptors`.
using Descriptors = std::array<double, 5>;

/// What a descriptor is called in key and column names (with its unit) and in texts.
struct DescriptorName {
  const char* key;
  const char* name;
  const char* unit;  ///< Empty where there is none.
};

/// logP: octanol-water partition coefficient by atomic contributions (Wildman and Crippen, J. Chem. Inf. Comput. Sci.
/// 39, 868, 1999). TPSA: topological polar surface area of N and O (Ertl et al., J. Med. Chem. 43, 3714, 2000). Rings:
/// those of the smallest set of smallest rings.
inline constexpr std::array<DescriptorName, 5> kDescriptors{{
    {"heavy_atoms", "heavy atoms", ""},
    {"weight_g_mol", "weight", "g/mol"},
    {"logp", "logP", ""},
    {"tpsa_A2", "TPSA", "A2"},
    {"rings", "rings", ""},
}};

/// Throws InputError for SMILES that RDKit cannot read.
Descriptors descriptors_of(std::string_view smiles);

}  // namespace epitaxy::chem
