#include "chem/mol_block.h"

#include <GraphMol/FileParsers/FileParsers.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/QueryAtom.h>
#include <GraphMol/QueryBond.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <new>
#include <sstream>
#include <string_view>

#include "base/text.h"
#include "chem/molecule_standard.h"
#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

namespace {

/// Open ends (`*`, `R#`) are atoms of which nothing is said; others that may be several things are no molecule's.
void refuse_queries(const RDKit::RWMol& molecule) {
  for (const RDKit::Atom* atom : molecule.atoms()) {
    if (atom->hasQuery() && atom->getQuery()->getDescription() != "AtomNull") {
      throw MoleculeError(
          fmt::format("molfile: atom {} is one of a query (A, Q, L, ...): write the element", atom->getIdx() + 1));
    }
  }
  for (const RDKit::Bond* bond : molecule.bonds()) {
    if (bond->hasQuery()) {
      throw MoleculeError(
          fmt::format("molfile: bond {} is one of a query (type 5 to 8): write 1, 2, 3 or 4", bond->getIdx() + 1));
    }
  }
}

/// RDKit makes room for what the counts of a V3000 block say.
void check_counts(const std::string& block) {
  constexpr std::string_view kCounts = "M  V30 COUNTS ";
  const auto lines = static_cast<std::size_t>(std::ranges::count(block, '\n'));
  for (std::size_t at = block.find(kCounts); at != std::string::npos; at = block.find(kCounts, at)) {
    at += kCounts.size();
    std::istringstream numbers(block.substr(at, block.find('\n', at) - at));
    for (std::string number; numbers >> number;) {
      const auto count = text::to_integer(number);
      if (count && (*count < 0 || static_cast<std::size_t>(*count) > lines)) {
        throw MoleculeError(
            fmt::format("the molfile says that it has {} atoms, bonds or groups, but has {} lines", number, lines));
      }
    }
  }
}

}  // namespace

std::string smiles_of_mol_block(const std::string& block) {
  silence_rdkit();
  try {
    check_counts(block);
    const std::unique_ptr<RDKit::RWMol> molecule(RDKit::MolBlockToMol(block));
    if (!molecule) {
      throw MoleculeError("RDKit cannot read the molfile");
    }
    if (molecule->getNumAtoms() == 0) {
      throw MoleculeError("the molfile has no atoms");
    }
    refuse_queries(*molecule);
    return canonical_smiles(*molecule, true);
  } catch (const MoleculeError&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw MoleculeError(std::string("molfile: ") + error.what());
  }
}

}  // namespace epitaxy::chem
