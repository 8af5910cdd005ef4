#include "chem/masked.h"

#include <GraphMol/SmilesParse/SmilesWrite.h>

#include "base/text.h"
#include "chem/elements.h"
#include "chem/formula.h"
#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

namespace {

std::string without_atom(const RDKit::ROMol& molecule, unsigned index) {
  RDKit::RWMol changed(molecule);
  RDKit::Atom& atom = *changed.getAtomWithIdx(index);
  atom.setAtomicNum(0);
  atom.setFormalCharge(0);
  atom.setIsotope(0);
  atom.setNumRadicalElectrons(0);
  atom.setNumExplicitHs(0);
  atom.setNoImplicit(true);
  atom.setChiralTag(RDKit::Atom::CHI_UNSPECIFIED);
  atom.setAtomMapNum(0);
  changed.updatePropertyCache(false);
  return RDKit::MolToSmiles(changed);
}

}  // namespace

std::vector<Masked> without_each_atom(std::string_view smiles) try {
  silence_rdkit();
  const auto molecule = parse_smiles(without_blanks(smiles));
  std::vector<Masked> parts;
  for (unsigned i = 0; molecule && i < molecule->getNumAtoms(); ++i) {
    parts.push_back({i, molecule->getAtomWithIdx(i)->getSymbol(), without_atom(*molecule, i)});
  }
  return parts;
} catch (const std::exception&) {
  return {};
}

std::vector<Masked> without_each_element(std::string_view formula) try {
  const Composition composition = parse_formula(formula);
  std::vector<Masked> parts;
  for (const auto& [left_out, amount] : composition.atoms) {
    Masked& part = parts.emplace_back(Masked{parts.size(), std::string(symbol(left_out)), ""});
    for (const auto& [element, count] : composition.atoms) {
      if (element != left_out) {
        part.text += fmt::format("{}{:.9f}", symbol(element), count);
      }
    }
  }
  return parts;
} catch (const std::exception&) {
  return {};
}

}  // namespace epitaxy::chem
