#pragma once
/// \file
/// Energies of one molecule by GFN2-xTB, from libxtb; in a build without that, making a calculator is an InputError.
#include <memory>
#include <span>
#include <vector>

namespace epitaxy::chem {

/// In hartree.
struct FrontierOrbitals {
  double homo = 0;
  double lumo = 0;
};

/// Prints nothing. Throws Error with libxtb's words when a calculation fails.
class XtbCalculator {
 public:
  /// positions: [atoms, 3] in bohr. GFN2-xTB has parameters for hydrogen to radon.
  XtbCalculator(const std::vector<int>& elements, std::span<const double> positions, int charge, int unpaired);
  ~XtbCalculator();

  /// Energy in hartree and its gradient [atoms, 3] in hartree per bohr. The electrons start from those of the last
  /// call.
  double energy(std::span<const double> positions, std::span<double> gradient);
  /// Of the last call. Throws Error when there is none that is unoccupied.
  FrontierOrbitals orbitals() const;

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace epitaxy::chem
