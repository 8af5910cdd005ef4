#pragma once
/// \file
/// One way to write each molecule: sanitized by RDKit, one fragment, closed shell, no isotopes and map numbers,
/// canonical.
#include <cstddef>
#include <string>
#include <string_view>

#include "base/names.h"
#include "chem/elements.h"
#include "chem/text_error.h"

namespace epitaxy::chem {

/// What to do with unpaired electrons. Strings derived from coordinates have lost double bonds at times:
/// `CC1C[C]([NH])O1` should be `CC1CC(=N)O1`.
enum class Radicals {
  reject,
  keep,
  repair,  ///< Pair electrons of neighboring atoms and of the ends of conjugated chains; reject what is left.
};
inline constexpr Named<Radicals> kRadicals[] = {
    {Radicals::reject, "reject"}, {Radicals::keep, "keep"}, {Radicals::repair, "repair"}};
constexpr std::span<const Named<Radicals>> names(Radicals) { return kRadicals; }

/// How molecules are made alike.
struct MoleculeRules {
  bool keep_stereo = false;
  Radicals radicals = Radicals::repair;
  bool largest_fragment = false;  ///< Of salts and mixtures take the largest fragment; otherwise they are rejected.

  bool operator==(const MoleculeRules&) const = default;
};

struct StandardMolecule {
  std::string smiles;           ///< Canonical, hydrogens implicit, without isotopes and map numbers.
  std::string group;            ///< `smiles` without stereo, as MoleculeCheck::canonical.
  std::size_t heavy_atoms = 0;  ///< All but hydrogen.
  std::size_t atoms = 0;        ///< With hydrogens.
  bool repaired = false;        ///< Electrons were paired.
  Elements elements;            ///< Hydrogen among them; `*` is none.
};

/// Why a string is no molecule, or none that the rules allow.
class MoleculeError : public TextError {
 public:
  using TextError::TextError;
};

/// White space around the string is ignored. Throws MoleculeError with what RDKit says: empty, syntax, valence,
/// kekulization; salts and mixtures; radicals; a `size_problem`.
StandardMolecule standardize_molecule(std::string_view smiles, const MoleculeRules& rules = {});

}  // namespace epitaxy::chem
