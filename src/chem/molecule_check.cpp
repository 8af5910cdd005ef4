#include "epitaxy/chem/molecule_check.h"

#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/SanitException.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>
#include <RDGeneral/RDLog.h>

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

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

void silence_rdkit() {
  static const bool silent = [] {
    boost::logging::disable_logs("rdApp.*");
    return true;
  }();
  static_cast<void>(silent);
}

/// Without the white space around it.
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(space);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// RDKit drops what is not printable ASCII from the ends of a string and stops at a zero, so this is asked first.
bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

/// Parses and sanitizes; null on a syntax error, throws on an error of chemistry.
std::unique_ptr<RDKit::RWMol> parse(std::string_view smiles) {
  if (!is_printable(smiles)) {
    return nullptr;
  }
  RDKit::SmilesParserParams settings;
  settings.parseName = false;
  settings.allowCXSMILES = false;
  return std::unique_ptr<RDKit::RWMol>(RDKit::SmilesToMol(std::string(smiles), settings));
}

/// Isotopes become plain atoms; RDKit keeps heavy hydrogens as atoms of their own.
void remove_isotopes(RDKit::RWMol& molecule) {
  bool any = false;
  for (RDKit::Atom* atom : molecule.atoms()) {
    any = any || atom->getIsotope() != 0;
    atom->setIsotope(0);
  }
  if (any) {
    RDKit::MolOps::removeHs(molecule);
  }
}

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

std::string canonical_smiles(const RDKit::ROMol& molecule) {
  RDKit::SmilesWriteParams settings;
  settings.doIsomericSmiles = false;
  return RDKit::MolToSmiles(molecule, settings);
}

}  // namespace

MoleculeCheck check_smiles(std::string_view smiles, bool with_canonical) {
  silence_rdkit();
  MoleculeCheck result;
  if (smiles.size() > kLongestSmiles) {
    return result;
  }
  try {
    const std::unique_ptr<RDKit::RWMol> molecule = parse(trimmed(smiles));
    if (!molecule) {
      result.cause = MoleculeCause::syntax;
      return result;
    }
    remove_isotopes(*molecule);
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
