#include "latent/judge.h"

#include "chem/spellings.h"

namespace epitaxy::latent {

const Verdict& Judge::judge(const std::string& text) {
  const auto [found, is_new] = seen_.try_emplace(text);
  Verdict& verdict = found->second;
  if (is_new) {
    verdict.smiles = chem::smiles_from(representation_, text);
    chem::MoleculeCheck check = chem::check_smiles(verdict.smiles);
    verdict.cause = check.cause;
    verdict.rdkit_valid = check.rdkit_valid && check.cause != chem::MoleculeCause::empty;
    verdict.canonical = std::move(check.canonical);
    if (verdict.valid()) {
      verdict.identity = molecule_identity(verdict.canonical);
      verdict.novel = known_ != nullptr && !known_->contains(verdict.identity);
    }
  }
  return verdict;
}

}  // namespace epitaxy::latent
