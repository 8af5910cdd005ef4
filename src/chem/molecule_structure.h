#pragma once
/// \file
/// Approximate 3-D structures of molecules by RDKit: distance geometry (ETKDGv3: Riniker and Landrum, J. Chem. Inf.
/// Model. 55, 2562, 2015; Wang et al., ibid. 60, 2044, 2020) and a force field. Not for other layers.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "linalg/eigen.h"

namespace epitaxy::chem {

/// The bonds of a geometry beside those of the SMILES.
enum class Bonds {
  kept,
  changed,
  fell_apart,  ///< Changed, and there are more pieces than before.
};

/// A molecule with its hydrogens. Coordinates are [atoms, 3].
class MoleculeStructure {
 public:
  /// Throws Error when the SMILES cannot be read or no structure is found.
  MoleculeStructure(std::string_view smiles, std::uint32_t seed);
  ~MoleculeStructure();

  const std::vector<int>& elements() const { return elements_; }  ///< Atomic numbers.
  int charge() const { return charge_; }
  int unpaired() const { return unpaired_; }  ///< Electrons.
  /// Where the force field's energy is lowest, in angstrom.
  const Eigen::VectorXd& positions() const { return positions_; }
  /// Second derivatives of the force field's energy, kcal/mol/angstrom^2; a multiple of the unit matrix where there is
  /// no force field for this molecule.
  Eigen::MatrixXd second_derivatives(const Eigen::VectorXd& positions);
  /// There are unpaired electrons, or an odd number of electrons.
  bool open_shell() const;
  /// Are those atoms neighbors, and no others, that have bonds? Neighbors are closer than the sum of their covalent
  /// radii and 0.4 angstrom.
  Bonds bonds(const Eigen::VectorXd& positions) const;
  /// A line per atom: symbol and coordinates.
  std::string xyz(const Eigen::VectorXd& positions) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::vector<int> elements_;
  int charge_ = 0;
  int unpaired_ = 0;
  Eigen::VectorXd positions_;
};

}  // namespace epitaxy::chem
