#include "chem/functional_groups.h"

#include <GraphMol/SmilesParse/SmilesParse.h>
#include <GraphMol/Substruct/SubstructMatch.h>

#include <memory>

#include "base/error.h"
#include "chem/functional_group_table.h"
#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

namespace {

using Patterns = std::vector<std::unique_ptr<RDKit::ROMol>>;

/// Parsing takes far longer than matching a molecule, so it is done once.
const Patterns& group_patterns() {
  static const Patterns patterns = [] {
    Patterns list;
    for (const FunctionalGroup& group : kFunctionalGroups) {
      list.emplace_back(RDKit::SmartsToMol(group.smarts));
      check(list.back() != nullptr, "the pattern of every functional group can be read");
    }
    return list;
  }();
  return patterns;
}

}  // namespace

const std::vector<std::string>& functional_group_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const FunctionalGroup& group : kFunctionalGroups) {
      list.emplace_back(group.name);
    }
    return list;
  }();
  return names;
}

void functional_group_counts(std::string_view smiles, float* counts) {
  const auto molecule = molecule_of(smiles);
  for (const auto& pattern : group_patterns()) {
    *counts++ = static_cast<float>(RDKit::SubstructMatch(*molecule, *pattern).size());
  }
}

}  // namespace epitaxy::chem
