#include "chem/molecule_standard.h"

#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/SanitException.h>
#include <fmt/format.h>

#include <memory>
#include <new>
#include <tuple>
#include <vector>

#include "chem/molecule_check.h"
#include "chem/pair_electrons.h"
#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

namespace {

using Molecule = std::unique_ptr<RDKit::RWMol>;

template <typename... Args>
[[noreturn]] void reject(fmt::format_string<Args...> format, Args&&... args) {
  throw MoleculeError(fmt::format(format, std::forward<Args>(args)...));
}

Molecule read(std::string_view smiles) {
  if (smiles.empty()) {
    reject("the SMILES is empty");
  }
  if (const std::string problem = size_problem(smiles); !problem.empty()) {
    reject("{}", problem);
  }
  Molecule molecule = parse_smiles(smiles);
  if (!molecule) {
    reject("syntax: {}", syntax_problem(smiles));
  }
  if (molecule->getNumAtoms() == 0) {
    reject("the SMILES has no atoms");
  }
  return molecule;
}

/// Larger by heavy atoms, then by atoms; equal ones in the order of their SMILES.
Molecule largest_fragment(const RDKit::ROMol& mixture) {
  Molecule largest;
  std::tuple<unsigned, unsigned, std::string> best;
  for (const auto& fragment : RDKit::MolOps::getMolFrags(mixture)) {
    std::tuple<unsigned, unsigned, std::string> size{fragment->getNumHeavyAtoms(), fragment->getNumAtoms(false),
                                                     canonical_smiles(*fragment, true)};
    if (!largest || size > best) {
      best = std::move(size);
      largest = std::make_unique<RDKit::RWMol>(*fragment);
    }
  }
  return largest;
}

Molecule one_fragment(Molecule molecule, const MoleculeRules& rules) {
  std::vector<int> fragment_of_atom;
  const unsigned fragments = RDKit::MolOps::getMolFrags(*molecule, fragment_of_atom);
  if (fragments == 1) {
    return molecule;
  }
  if (!rules.largest_fragment) {
    reject("a salt or mixture of {} fragments", fragments);
  }
  return largest_fragment(*molecule);
}

/// True when it was repaired.
bool close_shell(RDKit::RWMol& molecule, const MoleculeRules& rules) {
  if (rules.radicals == Radicals::keep || unpaired_electrons(molecule) == 0) {
    return false;
  }
  const bool repaired = rules.radicals == Radicals::repair && pair_electrons(molecule);
  const unsigned left = unpaired_electrons(molecule);
  if (left > 0) {
    reject("a radical with {} unpaired electron{}{}", left, left == 1 ? "" : "s",
           rules.radicals == Radicals::repair ? " that cannot be paired" : "");
  }
  return repaired;
}

/// RDKit's canonical SMILES may change when it is read again, so this goes on until it does not.
std::string settled_smiles(Molecule& molecule, std::string_view known, bool with_stereo) {
  constexpr int kRounds = 5;
  std::string smiles = canonical_smiles(*molecule, with_stereo);
  for (int round = 0; round < kRounds && smiles != known; ++round) {
    molecule = read(smiles);
    std::string again = canonical_smiles(*molecule, with_stereo);
    if (again == smiles) {
      break;
    }
    smiles = std::move(again);
  }
  return smiles;
}

Elements elements_of(const RDKit::ROMol& molecule) {
  Elements elements;
  for (const RDKit::Atom* atom : molecule.atoms()) {
    if (const int number = atom->getAtomicNum(); number > 0) {
      elements.set(static_cast<std::size_t>(number));
    }
    if (atom->getTotalNumHs() > 0) {
      elements.set(1);
    }
  }
  return elements;
}

StandardMolecule standardize(std::string_view smiles, const MoleculeRules& rules) {
  Molecule molecule = read(smiles);
  remove_labels(*molecule);
  molecule = one_fragment(std::move(molecule), rules);
  StandardMolecule result;
  result.repaired = close_shell(*molecule, rules);
  if (rules.keep_stereo) {
    RDKit::MolOps::assignStereochemistry(*molecule, true, true);
    result.smiles = settled_smiles(molecule, smiles, true);
    result.group = settled_smiles(molecule, smiles, false);
  } else {
    result.smiles = settled_smiles(molecule, smiles, false);
    result.group = result.smiles;
  }
  result.heavy_atoms = molecule->getNumHeavyAtoms();
  result.atoms = molecule->getNumAtoms(false);
  result.elements = elements_of(*molecule);
  return result;
}

}  // namespace

StandardMolecule standardize_molecule(std::string_view smiles, const MoleculeRules& rules) {
  try {
    return standardize(without_blanks(smiles), rules);
  } catch (const MoleculeError&) {
    throw;
  } catch (const RDKit::AtomValenceException& error) {
    reject("valence: {}", error.what());
  } catch (const RDKit::AtomKekulizeException& error) {
    reject("kekulization: {}", error.what());
  } catch (const RDKit::KekulizeException& error) {
    reject("kekulization: {}", error.what());
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    reject("RDKit: {}", error.what());
  }
}

}  // namespace epitaxy::chem
