#include "chem/descriptors.h"

#include <GraphMol/Descriptors/Crippen.h>
#include <GraphMol/Descriptors/Lipinski.h>
#include <GraphMol/Descriptors/MolDescriptors.h>
#include <GraphMol/Descriptors/MolSurf.h>

#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

Descriptors descriptors_of(std::string_view smiles) {
  const auto molecule = molecule_of(smiles);
  double logp = 0;
  double refractivity = 0;
  RDKit::Descriptors::calcCrippenDescriptors(*molecule, logp, refractivity);
  return {static_cast<double>(molecule->getNumHeavyAtoms()), RDKit::Descriptors::calcAMW(*molecule), logp,
          RDKit::Descriptors::calcTPSA(*molecule), static_cast<double>(RDKit::Descriptors::calcNumRings(*molecule))};
}

}  // namespace epitaxy::chem
