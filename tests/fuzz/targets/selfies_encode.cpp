// SMILES into SELFIES, which stand for the same molecule.
#include "chem/molecule_check.h"
#include "chem/selfies.h"
#include "fuzz/target.h"

namespace epitaxy::fuzz {

namespace {

void encode_selfies(std::string_view bytes) {
  const std::string again = chem::smiles_of(chem::selfies_of(bytes));
  const chem::MoleculeCheck before = chem::check_smiles(bytes);
  if (before.rdkit_valid) {
    expect(chem::check_smiles(again).canonical == before.canonical, "SELFIES keep the molecule", again);
  }
}

const Target kSelfiesEncode("selfies_encode", encode_selfies);

}  // namespace

}  // namespace epitaxy::fuzz
