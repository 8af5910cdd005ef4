// SMILES of users and of decoders: the check, and the standard form under every rule for radicals.
#include "chem/molecule_check.h"
#include "chem/molecule_standard.h"
#include "fuzz/target.h"

namespace epitaxy::fuzz {

namespace {

void read_smiles(std::string_view bytes) {
  const chem::MoleculeCheck check = chem::check_smiles(bytes);
  expect(!check.valid() || !check.canonical.empty(), "valid molecules have a canonical SMILES");
  const chem::MoleculeRules rules{.keep_stereo = true, .radicals = chem::Radicals::keep, .largest_fragment = true};
  chem::standardize_molecule(bytes, rules);
  chem::standardize_molecule(bytes);
}

const Target kSmiles("smiles", read_smiles);

}  // namespace

}  // namespace epitaxy::fuzz
