#pragma once
/// \file
/// Places in the periodic table, and the electrons of neutral atoms in their ground states. For H to Pu; others throw
/// std::out_of_range.
#include <array>

namespace epitaxy::chem {

/// 1 to 7.
int period(int atomic_number);
/// 1 to 18. Lanthanides (La to Lu) and actinides (from Ac) are all of group 3.
int group(int atomic_number);

/// By angular momentum: s, p, d, f.
using ElectronsBySubshell = std::array<int, 4>;

struct ValenceElectrons {
  ElectronsBySubshell filled{};    ///< Outside the core, which is the noble gas before; filled d and f subshells count.
  ElectronsBySubshell unfilled{};  ///< Free places of the subshells that hold at least one of these.
};

/// Subshells are filled in Madelung's order, but for the known exceptions (ground states of the NIST Atomic Spectra
/// Database).
ValenceElectrons valence_electrons(int atomic_number);

}  // namespace epitaxy::chem
