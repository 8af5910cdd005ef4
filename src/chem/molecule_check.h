#pragma once
/// \file
/// Is a string a molecule, and which one? Strict validity as in MOSES (Polykovskiy et al., Front. Pharmacol. 11,
/// 565644, 2020) and GuacaMol (Brown et al., J. Chem. Inf. Model. 59, 1096, 2019), with RDKit's plain rule beside it.
#include <cstddef>
#include <string>
#include <string_view>

namespace epitaxy::chem {

/// What is wrong with a string; the first that applies, in this order of RDKit's work and then of the strict rule.
enum class MoleculeCause {
  valid,
  empty,         ///< No characters, or no atoms.
  syntax,        ///< No SMILES: unbalanced parentheses, open rings, unknown symbols, spaces.
  valence,       ///< An atom has more bonds than its element allows.
  kekulization,  ///< Aromatic bonds cannot be drawn as single and double bonds.
  fragments,     ///< More than one: salts, mixtures.
  radicals,      ///< Unpaired electrons.
  other,         ///< RDKit failed in another way, or the string has a `size_problem`.
};

/// Longer strings are not looked at: RDKit's time grows with the third power of the number of atoms and reaches a
/// second here.
inline constexpr std::size_t kLongestSmiles = 1000;
/// Nor are strings with more atoms `*`: where such atoms are in an aromatic ring RDKit tries each subset of them as
/// carbons, and 20 take a second.
inline constexpr std::size_t kMostOpenAtoms = 12;

/// Why a string is not looked at, or nothing: `the SMILES has 1001 characters, more than 1000`.
std::string size_problem(std::string_view smiles);

/// E.g. `kekulization`.
const char* name_of(MoleculeCause cause);

struct MoleculeCheck {
  MoleculeCause cause = MoleculeCause::other;
  /// RDKit's plain rule: it parses and sanitizes the string. True of the empty string, mixtures and radicals.
  bool rdkit_valid = false;
  /// Canonical SMILES without stereo, isotopes and map numbers, hydrogens implicit; empty unless `rdkit_valid`.
  std::string canonical;

  bool valid() const { return cause == MoleculeCause::valid; }
};

/// Never throws for what is in the string; switches RDKit's messages off. White space around the string is ignored, but
/// text after a space is not a name: it is a syntax error.
/// `canonical` stays empty unless it is asked for: it costs as much as the check.
MoleculeCheck check_smiles(std::string_view smiles, bool with_canonical = true);

}  // namespace epitaxy::chem
