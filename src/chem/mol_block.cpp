#include "chem/mol_block.h"

#include <GraphMol/FileParsers/FileParsers.h>
#include <GraphMol/GraphMol.h>

#include <memory>
#include <new>

#include "chem/molecule_standard.h"
#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

std::string smiles_of_mol_block(const std::string& block) {
  silence_rdkit();
  try {
    const std::unique_ptr<RDKit::RWMol> molecule(RDKit::MolBlockToMol(block));
    if (!molecule) {
      throw MoleculeError("RDKit cannot read the molfile");
    }
    if (molecule->getNumAtoms() == 0) {
      throw MoleculeError("the molfile has no atoms");
    }
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
