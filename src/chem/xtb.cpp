#include "chem/xtb.h"

#include <GraphMol/GraphMol.h>
#include <Numerics/Optimizer/BFGSOpt.h>

#include <cmath>

#include "base/error.h"
#include "chem/molecule_structure.h"
#include "chem/xtb_calculator.h"
#include "linalg/solvers.h"

namespace epitaxy::chem {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

// CODATA 2018.
constexpr double kBohr = 0.529177210903;      // angstrom
constexpr double kHartree = 27.211386245988;  // eV
constexpr double kHartreeInKcal = 627.5094740631;

/// Level normal of xtb.
constexpr double kEnergyChange = 5e-6;
constexpr double kGradientNorm = 1e-3;
/// No coordinate changes by more in a step (bohr).
constexpr double kLongestMove = 1;
/// Directions that the force field takes for softer than this, hartree/bohr^2, or for unstable, count as that stiff.
constexpr double kSoftest = 0.005;
/// The optimization starts anew from where it is, with the force field's second derivatives there, when it comes to a
/// standstill before it has converged.
constexpr int kStarts = 3;
/// So many structures are tried for a molecule that does not stay itself.
constexpr int kStructures = 4;
constexpr std::uint32_t kSeedStride = 1000;

std::span<const double> span(const VectorXd& vector) {
  return {vector.data(), static_cast<std::size_t>(vector.size())};
}

std::span<double> span(VectorXd& vector) { return {vector.data(), static_cast<std::size_t>(vector.size())}; }

/// The minimum of xTB's energy from the force field's. RDKit's BFGS begins with a unit matrix as second derivatives; in
/// the coordinates y, x = origin + scale y, in which the force field's are the unit matrix, that is a good start.
class Optimization {
 public:
  Optimization(MoleculeStructure& structure, const XtbSettings& settings)
      : structure_(structure),
        settings_(settings),
        positions_(structure.positions() / kBohr),
        gradient_(positions_.size()),
        calculator_(structure.elements(), span(positions_), structure.charge(), structure.unpaired()) {}

  void run(XtbResult& result) {
    result.open_shell = structure_.open_shell();
    energy_ = calculator_.energy(span(positions_), span(gradient_));
    for (int start = 0; start < kStarts && !converged_ && result.steps < settings_.steps; ++start) {
      result.steps += minimize(settings_.steps - result.steps);
    }
    // The last call may have been a step that was taken back.
    energy_ = calculator_.energy(span(positions_), span(gradient_));
    const FrontierOrbitals orbitals = calculator_.orbitals();
    result.energy_Ha = energy_;
    result.homo_eV = orbitals.homo * kHartree;
    result.lumo_eV = orbitals.lumo * kHartree;
    result.gap_eV = (orbitals.lumo - orbitals.homo) * kHartree;
    result.converged = converged_;
    const Bonds bonds = structure_.bonds(positions_ * kBohr);
    result.rearranged = bonds != Bonds::kept;
    result.fell_apart = bonds == Bonds::fell_apart;
    result.xyz = structure_.xyz(positions_ * kBohr);
    if (!converged_) {
      result.failure = fmt::format("not converged after {} steps", result.steps);
    }
  }

 private:
  /// Returns the number of steps.
  int minimize(int most_steps) {
    const VectorXd origin = positions_;
    const MatrixXd scale = scaling();
    VectorXd trial_gradient = gradient_;
    VectorXd trial = positions_;
    double trial_energy = energy_;
    // A step that is too long, or to where xTB fails, is taken back by RDKit's search along the line, as it lowers
    // nothing; half of it is tried next.
    const auto energy = [&](double* y) {
      trial = origin + scale * Eigen::Map<VectorXd>(y, origin.size());
      trial_energy = is_near(trial) ? try_energy(trial, trial_gradient) : energy_;
      return trial_energy;
    };
    // Called where the energy was computed last, when that step is taken.
    const auto gradient = [&](double*, double* out) {
      converged_ = taken_ && std::abs(trial_energy - energy_) < kEnergyChange && trial_gradient.norm() < kGradientNorm;
      taken_ = true;
      positions_ = trial;
      energy_ = trial_energy;
      gradient_ = trial_gradient;
      Eigen::Map<VectorXd> scaled(out, origin.size());
      scaled = scale.transpose() * gradient_;
      if (converged_) {
        scaled.setZero();  // This ends it.
      }
      return 1.0;
    };
    VectorXd y = VectorXd::Zero(origin.size());
    unsigned steps = 0;
    double lowest = 0;
    try {
      BFGSOpt::minimize(static_cast<unsigned>(y.size()), y.data(), 1e-12, steps, lowest, energy, gradient, 0, nullptr,
                        0.0, static_cast<unsigned>(most_steps));
    } catch (const Invar::Invariant&) {
      // The direction does not go down.
    }
    return static_cast<int>(steps);
  }

  /// [coordinates, coordinates]: the inverse square root of the force field's second derivatives.
  MatrixXd scaling() {
    const MatrixXd second = structure_.second_derivatives(positions_ * kBohr) * (kBohr * kBohr / kHartreeInKcal);
    const Index size = second.rows();
    const auto modes = linalg::symmetric_eigen({second.data(), static_cast<std::size_t>(second.size())},
                                               static_cast<std::size_t>(size));
    if (!modes) {
      fail("the force field's second derivatives are not numbers");
    }
    const VectorXd stiffness = Eigen::Map<const VectorXd>(modes->values.data(), size).cwiseMax(kSoftest);
    const Eigen::Map<const MatrixXd> vectors(modes->vectors.data(), size, size);
    return vectors * stiffness.cwiseSqrt().cwiseInverse().asDiagonal();
  }

  bool is_near(const VectorXd& trial) const {
    return trial.allFinite() && (trial - positions_).cwiseAbs().maxCoeff() <= kLongestMove;
  }

  double try_energy(const VectorXd& trial, VectorXd& gradient) {
    try {
      return calculator_.energy(span(trial), span(gradient));
    } catch (const Error&) {
      return energy_;
    }
  }

  MoleculeStructure& structure_;
  const XtbSettings& settings_;
  VectorXd positions_;  ///< Bohr.
  VectorXd gradient_;
  XtbCalculator calculator_;
  double energy_ = 0;
  bool taken_ = false;  ///< Any step.
  bool converged_ = false;
};

XtbResult optimize(std::string_view smiles, const XtbSettings& settings) {
  XtbResult result;
  try {
    MoleculeStructure structure(smiles, settings.seed);
    Optimization(structure, settings).run(result);
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    result.failure = error.what();
  }
  return result;
}

}  // namespace

// Stereocenters without a mark come as they come; in small fused rings that may be a structure that cannot last.
XtbResult optimize_with_xtb(std::string_view smiles, const XtbSettings& settings) {
  const XtbResult first = optimize(smiles, settings);
  XtbSettings other = settings;
  for (int start = 1; start < kStructures && first.rearranged; ++start) {
    other.seed += kSeedStride;
    XtbResult result = optimize(smiles, other);
    if (result.converged && !result.rearranged) {
      return result;
    }
  }
  return first;
}

}  // namespace epitaxy::chem
