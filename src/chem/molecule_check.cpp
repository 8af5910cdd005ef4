#include "chem/molecule_check.h"

#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/SanitException.h>

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

const char* name_of(MoleculeCause cause) {
  switch (cause) {
    case MoleculeCause::valid:
      return "valid";
    case MoleculeCause::empty:
      return "empty";
    case MoleculeCause::syntax:
      return "syntax";
    case MoleculeCause::valence:
      return "valence";
    case MoleculeCause::kekulization:
      return "kekulization";
    case MoleculeCause::fragments:
      return "fragments";
    case MoleculeCause::radicals:
      return "radicals";
    case MoleculeCause::other:
      break;
  }
  return "other";
}

namespace {

MoleculeCause strict_cause(const RDKit::ROMol& molecule) {
  if (molecule.getNumAtoms() == 0) {
    return MoleculeCause::empty;
  }
  std::vector<int> fragment_of_atom;
  if (RDKit::MolOps::getMolFrags(molecule, fragment_of_atom) > 1) {
    return MoleculeCause::fragments;
  }
  for (const RDKit::Atom* atom : molecule.atoms()) {
    if (atom->getNumRadicalElectrons() > 0) {
      return MoleculeCause::radicals;
    }
  }
  return MoleculeCause::valid;
}

}  // namespace

std::string size_problem(std::string_view smiles) {
  if (smiles.size() > kLongestSmiles) {
    return fmt::format("the SMILES has {} characters, more than {}", smiles.size(), kLongestSmiles);
  }
  const auto open = static_cast<std::size_t>(std::ranges::count(smiles, '*'));
  return open > kMostOpenAtoms ? fmt::format("the SMILES has {} atoms '*', more than {}", open, kMostOpenAtoms) : "";
}

MoleculeCheck check_smiles(std::string_view smiles, bool with_canonical) {
  MoleculeCheck result;
  if (!size_problem(smiles).empty()) {
    return result;
  }
  try {
    const std::unique_ptr<RDKit::RWMol> molecule = parse_smiles(without_blanks(smiles));
    if (!molecule) {
      result.cause = MoleculeCause::syntax;
      return result;
    }
    remove_labels(*molecule);
    if (with_canonical) {
      result.canonical = canonical_smiles(*molecule);
    }
    result.cause = strict_cause(*molecule);
    result.rdkit_valid = true;
  } catch (const RDKit::AtomValenceException&) {
    result.cause = MoleculeCause::valence;
  } catch (const RDKit::AtomKekulizeException&) {
    result.cause = MoleculeCause::kekulization;
  } catch (const RDKit::KekulizeException&) {
    result.cause = MoleculeCause::kekulization;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    result.cause = MoleculeCause::other;
  }
  return result;
}

}  // namespace epitaxy::chem
