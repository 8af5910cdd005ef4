#include "chem/molecule_structure.h"

#include <ForceField/ForceField.h>
#include <GraphMol/DistGeomHelpers/Embedder.h>
#include <GraphMol/ForceFieldHelpers/MMFF/AtomTyper.h>
#include <GraphMol/ForceFieldHelpers/MMFF/Builder.h>
#include <GraphMol/ForceFieldHelpers/UFF/AtomTyper.h>
#include <GraphMol/ForceFieldHelpers/UFF/Builder.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/PeriodicTable.h>
#include <GraphMol/SanitException.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

namespace {

/// Bonded atoms are closer than the sum of their covalent radii and this (angstrom), as in the Cambridge Structural
/// Database, from which RDKit's radii are.
constexpr double kBondTolerance = 0.4;
/// Of the force field's minimization; what it leaves is left to the optimization that follows.
constexpr int kForceFieldSteps = 500;
/// A stiffness that lies between bonds and angles, kcal/mol/angstrom^2.
constexpr double kTypicalStiffness = 500;

std::unique_ptr<RDKit::RWMol> read_molecule(std::string_view smiles) {
  std::unique_ptr<RDKit::RWMol> molecule;
  try {
    molecule = parse_smiles(smiles);
  } catch (const RDKit::MolSanitizeException& error) {
    fail("no molecule: {}", error.what());
  }
  if (!molecule) {
    fail("no SMILES: {}", syntax_problem(smiles));
  }
  if (molecule->getNumAtoms() == 0) {
    fail("no SMILES: it has no atoms");
  }
  RDKit::MolOps::addHs(*molecule);
  return molecule;
}

/// Two seeds, then two with coordinates that begin at random instead of in a guess from distances, which finds
/// structures of cages.
bool embed(RDKit::ROMol& molecule, std::uint32_t seed) {
  for (int attempt = 0; attempt < 4; ++attempt) {
    RDKit::DGeomHelpers::EmbedParameters parameters = RDKit::DGeomHelpers::ETKDGv3;
    parameters.randomSeed = static_cast<int>(seed % 1000000u) + attempt;
    parameters.maxIterations = 20;
    parameters.useRandomCoords = attempt >= 2;
    if (RDKit::DGeomHelpers::EmbedMolecule(molecule, parameters) >= 0) {
      return true;
    }
  }
  return false;
}

/// MMFF94, or UFF where it has no parameters, or none.
std::unique_ptr<ForceFields::ForceField> make_force_field(RDKit::ROMol& molecule) {
  std::unique_ptr<ForceFields::ForceField> field;
  RDKit::MMFF::MMFFMolProperties properties(molecule);
  if (properties.isValid()) {
    field.reset(RDKit::MMFF::constructForceField(molecule, &properties));
  } else {
    const auto [types, complete] = RDKit::UFF::getAtomTypes(molecule);
    if (complete) {
      field.reset(RDKit::UFF::constructForceField(molecule, types));
    }
  }
  if (field) {
    field->initialize();
    field->minimize(kForceFieldSteps);
  }
  return field;
}

/// Which atoms hang together.
class Pieces {
 public:
  explicit Pieces(unsigned atoms) : piece_of_(atoms), count_(atoms) {
    std::iota(piece_of_.begin(), piece_of_.end(), 0u);
  }

  void join(unsigned a, unsigned b, bool bound) {
    if (!bound || piece_of_[a] == piece_of_[b]) {
      return;
    }
    std::ranges::replace(piece_of_, unsigned{piece_of_[a]}, unsigned{piece_of_[b]});
    --count_;
  }
  unsigned count() const { return count_; }

 private:
  std::vector<unsigned> piece_of_;
  unsigned count_;
};

}  // namespace

struct MoleculeStructure::Parts {
  std::unique_ptr<RDKit::RWMol> molecule;
  std::unique_ptr<ForceFields::ForceField> field;
};

MoleculeStructure::MoleculeStructure(std::string_view smiles, std::uint32_t seed) : parts_(std::make_unique<Parts>()) {
  parts_->molecule = read_molecule(smiles);
  RDKit::RWMol& molecule = *parts_->molecule;
  try {
    if (!embed(molecule, seed)) {
      fail("no 3-D structure: distance geometry finds none");
    }
    parts_->field = make_force_field(molecule);
  } catch (const Invar::Invariant& error) {
    fail("no 3-D structure: {}", error.what());
  }
  const RDKit::Conformer& conformer = molecule.getConformer();
  positions_.resize(3 * static_cast<Eigen::Index>(molecule.getNumAtoms()));
  for (const RDKit::Atom* atom : molecule.atoms()) {
    const RDGeom::Point3D& place = conformer.getAtomPos(atom->getIdx());
    positions_.segment<3>(3 * static_cast<Eigen::Index>(atom->getIdx())) << place.x, place.y, place.z;
    elements_.push_back(atom->getAtomicNum());
    charge_ += atom->getFormalCharge();
    unpaired_ += static_cast<int>(atom->getNumRadicalElectrons());
  }
}

MoleculeStructure::~MoleculeStructure() = default;

// By central differences of the gradient. RDKit's gradient reads distances that only its energy brings up to date, so
// the energy comes first.
Eigen::MatrixXd MoleculeStructure::second_derivatives(const Eigen::VectorXd& positions) {
  const Eigen::Index size = positions.size();
  if (!parts_->field) {
    return kTypicalStiffness * Eigen::MatrixXd::Identity(size, size);
  }
  constexpr double kStep = 1e-3;
  Eigen::MatrixXd result(size, size);
  Eigen::VectorXd place = positions;
  Eigen::VectorXd gradient(size);
  const auto add_gradient = [&](Eigen::Index i, double step) {
    place[i] = positions[i] + step;
    gradient.setZero();
    parts_->field->calcEnergy(place.data());
    parts_->field->calcGrad(place.data(), gradient.data());
    result.col(i) += gradient / (2 * step);
    place[i] = positions[i];
  };
  result.setZero();
  for (Eigen::Index i = 0; i < size; ++i) {
    add_gradient(i, kStep);
    add_gradient(i, -kStep);
  }
  return 0.5 * (result + result.transpose());
}

bool MoleculeStructure::open_shell() const {
  const int electrons = std::accumulate(elements_.begin(), elements_.end(), -charge_);
  return unpaired_ > 0 || electrons % 2 != 0;
}

Bonds MoleculeStructure::bonds(const Eigen::VectorXd& positions) const {
  const RDKit::PeriodicTable& table = *RDKit::PeriodicTable::getTable();
  const auto atoms = static_cast<unsigned>(elements_.size());
  bool changed = false;
  Pieces now(atoms);
  Pieces before(atoms);
  for (unsigned i = 0; i < atoms; ++i) {
    for (unsigned j = 0; j < i; ++j) {
      const double distance = (positions.segment<3>(3 * i) - positions.segment<3>(3 * j)).norm();
      const double radii = table.getRcovalent(elements_[i]) + table.getRcovalent(elements_[j]);
      const bool near = distance < radii + kBondTolerance;
      const bool bound = parts_->molecule->getBondBetweenAtoms(i, j) != nullptr;
      changed = changed || near != bound;
      now.join(i, j, near);
      before.join(i, j, bound);
    }
  }
  return !changed ? Bonds::kept : now.count() > before.count() ? Bonds::fell_apart : Bonds::changed;
}

std::string MoleculeStructure::xyz(const Eigen::VectorXd& positions) const {
  std::string text;
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    const auto place = positions.segment<3>(3 * static_cast<Eigen::Index>(i));
    text += fmt::format("{} {:.6f} {:.6f} {:.6f}\n", RDKit::PeriodicTable::getTable()->getElementSymbol(elements_[i]),
                        place[0], place[1], place[2]);
  }
  return text;
}

}  // namespace epitaxy::chem
