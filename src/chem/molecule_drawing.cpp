#include "chem/molecule_drawing.h"

#include <GraphMol/ChemTransforms/ChemTransforms.h>
#include <GraphMol/MolDraw2D/MolDraw2DSVG.h>
#include <GraphMol/MolDraw2D/MolDraw2DUtils.h>
#include <GraphMol/MolOps.h>

#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

std::string murcko_scaffold(std::string_view smiles) {
  const std::unique_ptr<RDKit::ROMol> rings(RDKit::MurckoDecompose(*molecule_of(smiles)));
  RDKit::RWMol scaffold(*rings);
  RDKit::MolOps::sanitizeMol(scaffold);
  return canonical_smiles(scaffold);
}

std::string molecule_svg(std::string_view smiles, int width, int height) {
  const auto molecule = molecule_of(smiles);
  RDKit::MolDraw2DSVG drawing(width, height);
  RDKit::MolDraw2DUtils::prepareAndDrawMolecule(drawing, *molecule);
  drawing.finishDrawing();
  return drawing.getDrawingText();
}

}  // namespace epitaxy::chem
