#include "chem/spellings.h"

#include <GraphMol/RWMol.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/hash.h"
#include "chem/rdkit_molecule.h"
#include "chem/selfies.h"

namespace epitaxy::chem {

std::vector<std::string> spellings(std::string_view smiles, std::size_t count) {
  const std::unique_ptr<RDKit::RWMol> molecule(RDKit::SmilesToMol(std::string(smiles)));
  if (!molecule) {
    fail_input("'{}' is no SMILES", smiles);
  }
  Hasher hasher;
  hasher.add(std::string(smiles));
  // Zero would mean: draw a seed.
  const auto seed = static_cast<unsigned>(std::stoull(hasher.hex().substr(0, 7), nullptr, 16) + 1);
  const bool has_stereo = smiles.find_first_of("@/\\") != std::string_view::npos;
  auto texts = RDKit::MolToRandomSmilesVect(*molecule, static_cast<unsigned>(count), seed, has_stereo);
  if (has_stereo) {
    // RDKit writes some double bonds that close a ring the other way round.
    const std::string canonical = canonical_smiles(*molecule, true);
    std::ranges::replace_if(
        texts, [&](const std::string& text) { return canonical_smiles(*molecule_of(text), true) != canonical; },
        std::string(smiles));
  }
  return texts;
}

std::string smiles_from(const std::string& representation, std::string_view text) {
  if (representation != "selfies") {
    return std::string(text);
  }
  try {
    return smiles_of(text);
  } catch (const SelfiesError&) {
    return {};
  }
}

}  // namespace epitaxy::chem
