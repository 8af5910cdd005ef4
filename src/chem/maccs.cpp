#include "chem/maccs.h"

#include <DataStructs/ExplicitBitVect.h>
#include <GraphMol/Fingerprints/MACCS.h>

#include <memory>

#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

void maccs_keys(std::string_view smiles, float* values) {
  const std::unique_ptr<ExplicitBitVect> keys(RDKit::MACCSFingerprints::getFingerprintAsBitVect(*molecule_of(smiles)));
  for (unsigned key = 1; key <= kMaccsKeys; ++key) {
    values[key - 1] = keys->getBit(key) ? 1.0F : 0.0F;
  }
}

}  // namespace epitaxy::chem
