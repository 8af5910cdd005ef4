#include "sampling/campaign/block.h"

namespace epitaxy::sampling {

void BlockResults::add(const latent::Verdict& verdict) {
  smiles.push_back(verdict.smiles);
  canonical.push_back(verdict.canonical);
  causes.push_back(verdict.cause);
  rdkit_valid.push_back(verdict.rdkit_valid ? 1 : 0);
  identity.push_back(verdict.identity);
  novel.push_back(verdict.novel ? 1 : 0);
}

latent::Finding BlockResults::finding(std::size_t decode) const {
  return {identity[decode], causes[decode], rdkit_valid[decode] != 0, novel[decode] != 0};
}

}  // namespace epitaxy::sampling
