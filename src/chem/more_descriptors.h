#pragma once
/// \file
/// Descriptors beside those of descriptor_list.h: how varied a molecule is, and how its charges are spread. RDKit's
/// Python package has the same ones, under the same names.
#include <array>
#include <string_view>

namespace epitaxy::chem {

/// Different Morgan fragments up to a radius for each heavy atom; extremes of the partial charges (Gasteiger and
/// Marsili, Tetrahedron 36, 3219, 1980) and of their absolute values; highest and lowest eigenvalue of the bond matrix
/// with masses, charges, shares in logP and in molar refractivity on its diagonal (BCUT: Pearlman and Smith, J. Chem.
/// Inf. Comput. Sci. 39, 28, 1999).
inline constexpr std::array<const char*, 15> kMoreDescriptors{
    "FpDensityMorgan1",    "FpDensityMorgan2",    "FpDensityMorgan3", "MaxPartialCharge", "MinPartialCharge",
    "MaxAbsPartialCharge", "MinAbsPartialCharge", "BCUT2D_MWHI",      "BCUT2D_MWLOW",     "BCUT2D_CHGHI",
    "BCUT2D_CHGLO",        "BCUT2D_LOGPHI",       "BCUT2D_LOGPLOW",   "BCUT2D_MRHI",      "BCUT2D_MRLOW"};

using MoreDescriptors = std::array<float, kMoreDescriptors.size()>;

/// Zero where a number is not defined: those of charges for molecules with `*` or other atoms without parameters, those
/// of BCUT for dative bonds. A molecule without heavy atoms has zeros alone. Throws InputError for SMILES that RDKit
/// cannot read.
MoreDescriptors more_descriptors(std::string_view smiles);

}  // namespace epitaxy::chem
