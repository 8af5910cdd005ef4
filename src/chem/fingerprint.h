#pragma once
/// \file
/// Morgan (extended-connectivity) fingerprints of Rogers and Hahn, J. Chem. Inf. Model. 50, 742 (2010), as RDKit makes
/// them: the surroundings of each atom up to a radius, hashed into a fixed number of bits. Stereo is not seen.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"

namespace epitaxy::chem {

/// What is known of the atoms at first.
enum class MorganInvariants : std::uint8_t {
  atoms,     ///< Element, neighbors, hydrogens, charge, mass, rings: ECFP.
  features,  ///< Only whether it is a donor, acceptor, aromatic, halogen, base, acid: FCFP.
};
inline constexpr Named<MorganInvariants> kMorganInvariants[] = {{MorganInvariants::atoms, "atoms"},
                                                                {MorganInvariants::features, "features"}};
constexpr std::span<const Named<MorganInvariants>> names(MorganInvariants) { return kMorganInvariants; }

struct MorganSettings {
  unsigned radius = 2;
  unsigned bits = 1024;  ///< A multiple of 64.
  bool counts = false;   ///< How often each fragment occurs, not only whether it does.
  MorganInvariants invariants = MorganInvariants::atoms;
};

using FingerprintBits = std::vector<std::uint64_t>;  ///< [bits / 64]; bit i is bit i % 64 of word i / 64.

/// Throws InputError for strings that RDKit cannot read or that have a `size_problem`. `*` atoms (the ends of
/// a polymer's repeat unit) are fine; white space around the string is ignored; the empty molecule sets no bit.
FingerprintBits morgan_bits(std::string_view smiles, const MorganSettings& settings);

/// `counts`: [bits], 0 or 1 unless `settings.counts`.
void morgan_counts(std::string_view smiles, const MorganSettings& settings, float* counts);

/// The fragments of a molecule behind each bit, as SMILES of the atoms around the middle one; one example a bit, empty
/// for bits that are not set. [bits]
std::vector<std::string> morgan_fragments(std::string_view smiles, const MorganSettings& settings);

/// Bits in common over bits in either, of fingerprints of the same length; 1 if neither has any.
double tanimoto(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b);

}  // namespace epitaxy::chem
