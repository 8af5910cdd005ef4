#pragma once
/// \file
/// Geometries and orbital energies by GFN2-xTB (Bannwarth et al., J. Chem. Theory Comput. 15, 1652, 2019), the
/// semiempirical method of the program xtb, through its library.
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace epitaxy::chem {

struct XtbSettings {
  int steps = 300;         ///< Of the geometry optimization, at most.
  std::uint32_t seed = 1;  ///< Of the 3-D structure.
};

struct XtbResult {
  /// The geometry is optimized as by `xtb --opt`, level normal: the last step changed the energy by less than 5e-6
  /// hartree and the gradient is below 1e-3 hartree per bohr.
  bool converged = false;
  /// Bonds broke or formed in the optimization, from each of four structures: the numbers are those of another
  /// molecule.
  bool rearranged = false;
  bool fell_apart = false;  ///< And that one is no longer one piece.
  /// By the SMILES, or because the number of electrons is odd.
  bool open_shell = false;
  double energy_Ha = std::numeric_limits<double>::quiet_NaN();
  double homo_eV = std::numeric_limits<double>::quiet_NaN();  ///< Highest occupied orbital.
  double lumo_eV = std::numeric_limits<double>::quiet_NaN();  ///< Lowest unoccupied orbital.
  double gap_eV = std::numeric_limits<double>::quiet_NaN();   ///< lumo - homo.
  int steps = 0;                                              ///< Of the geometry optimization.
  std::string failure;                                        ///< What went wrong; empty if nothing did.
  std::string xyz;                                            ///< A line per atom: symbol and coordinates in angstrom.
};

/// Was the program built with libxtb?
bool xtb_available();

/// SMILES -> 3-D structure by RDKit (ETKDGv3, then MMFF94, or UFF where that has no parameters) -> geometry optimized
/// with GFN2-xTB, energy and orbital energies. Charge and unpaired electrons are those of the SMILES; stereocenters
/// without a mark come as they come. The result depends on SMILES and settings alone. Never throws for a molecule's
/// sake; throws InputError when the program was built without libxtb.
XtbResult optimize_with_xtb(std::string_view smiles, const XtbSettings& settings = {});

}  // namespace epitaxy::chem
