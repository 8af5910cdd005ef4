#include "chem/more_descriptors.h"

// BCUT.h is empty without it, so it comes first.
#include <RDGeneral/RDConfig.h>
// Then the others.
#include <GraphMol/Descriptors/BCUT.h>
#include <GraphMol/Descriptors/Crippen.h>
#include <GraphMol/Fingerprints/MorganFingerprints.h>
#include <GraphMol/PartialCharges/GasteigerCharges.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

namespace {

using Numbers = std::vector<double>;

/// Different fragments up to `radius` for each heavy atom.
double density(const RDKit::ROMol& molecule, unsigned radius) {
  const std::unique_ptr<RDKit::SparseIntVect<std::uint32_t>> fingerprint(
      RDKit::MorganFingerprints::getFingerprint(molecule, radius));
  return static_cast<double>(fingerprint->getNonzeroElements().size()) / molecule.getNumHeavyAtoms();
}

/// [atoms] of which some may be no numbers.
Numbers partial_charges(const RDKit::ROMol& molecule) {
  Numbers charges(molecule.getNumAtoms());
  RDKit::computeGasteigerCharges(molecule, charges);
  return charges;
}

/// Highest and lowest eigenvalue of the bond matrix with `diagonal` [atoms].
std::pair<double, double> extreme_eigenvalues(const RDKit::ROMol& molecule, const Numbers& diagonal) {
  constexpr std::pair nothing{0.0, 0.0};
  if (!std::ranges::all_of(diagonal, [](double x) { return std::isfinite(x); })) {
    return nothing;
  }
  try {
    return RDKit::Descriptors::BCUT2D(molecule, diagonal);
  } catch (const Invar::Invariant&) {  // a bond other than single, double, triple, aromatic
    return nothing;
  }
}

}  // namespace

MoreDescriptors more_descriptors(std::string_view smiles) {
  const auto molecule = molecule_of(smiles);
  if (molecule->getNumHeavyAtoms() == 0) {
    return {};
  }
  const Numbers charges = partial_charges(*molecule);
  const auto [least, most] = std::ranges::minmax(charges);
  Numbers masses;
  for (const RDKit::Atom* atom : molecule->atoms()) {
    masses.push_back(atom->getMass());
  }
  Numbers logp(molecule->getNumAtoms());
  Numbers refractivity(molecule->getNumAtoms());
  RDKit::Descriptors::getCrippenAtomContribs(*molecule, logp, refractivity);

  Numbers all{density(*molecule, 1),
              density(*molecule, 2),
              density(*molecule, 3),
              most,
              least,
              std::max(std::abs(least), std::abs(most)),
              std::min(std::abs(least), std::abs(most))};
  for (const Numbers& diagonal : {masses, charges, logp, refractivity}) {
    const auto [highest, lowest] = extreme_eigenvalues(*molecule, diagonal);
    all.insert(all.end(), {highest, lowest});
  }
  MoreDescriptors values{};
  std::ranges::transform(all, values.begin(), [](double x) { return std::isfinite(x) ? static_cast<float>(x) : 0.0F; });
  return values;
}

}  // namespace epitaxy::chem
