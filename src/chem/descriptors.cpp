#include "epitaxy/chem/descriptors.h"

#include <GraphMol/Descriptors/Crippen.h>
#include <GraphMol/Descriptors/Lipinski.h>
#include <GraphMol/Descriptors/MolDescriptors.h>
#include <GraphMol/Descriptors/MolSurf.h>
#include <GraphMol/SanitException.h>

#include <memory>

#include "epitaxy/base/error.h"
#include "rdkit_molecule.h"

namespace epitaxy::chem {

namespace {

std::unique_ptr<RDKit::RWMol> read(std::string_view smiles) {
  try {
    if (auto molecule = parse_smiles(without_blanks(smiles))) {
      return molecule;
    }
  } catch (const RDKit::MolSanitizeException& error) {
    fail_input("'{}' is no molecule: {}", smiles, error.what());
  }
  fail_input("'{}' is no SMILES: {}", smiles, syntax_problem(without_blanks(smiles)));
}

}  // namespace

Descriptors descriptors_of(std::string_view smiles) {
  const auto molecule = read(smiles);
  double logp = 0;
  double refractivity = 0;
  RDKit::Descriptors::calcCrippenDescriptors(*molecule, logp, refractivity);
  return {static_cast<double>(molecule->getNumHeavyAtoms()), RDKit::Descriptors::calcAMW(*molecule), logp,
          RDKit::Descriptors::calcTPSA(*molecule), static_cast<double>(RDKit::Descriptors::calcNumRings(*molecule))};
}

}  // namespace epitaxy::chem
