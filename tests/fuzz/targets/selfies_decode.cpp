// SELFIES into SMILES, which is read again as the same SMILES.
#include "chem/selfies.h"
#include "fuzz/target.h"

namespace epitaxy::fuzz {

namespace {

void decode_selfies(std::string_view bytes) {
  const std::string smiles = chem::smiles_of(bytes);
  if (!smiles.empty()) {
    const std::string again = chem::smiles_of(chem::selfies_of(smiles));
    expect(again == smiles, "a SMILES comes back from its SELFIES", smiles + " " + again);
  }
}

const Target kSelfiesDecode("selfies_decode", decode_selfies);

}  // namespace

}  // namespace epitaxy::fuzz
