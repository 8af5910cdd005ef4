"""The molecule of a SMILES by RDKit: canonical, with stereo, without isotopes, map numbers and labels of open ends."""
from functools import lru_cache

from rdkit import Chem, RDLogger

RDLogger.DisableLog("rdApp.*")


def read(smiles):
    settings = Chem.SmilesParserParams()
    settings.allowCXSMILES = False
    settings.parseName = False
    return Chem.MolFromSmiles(smiles, settings)


@lru_cache(maxsize=100000)
def canonical(smiles):
    """Nothing for what is no molecule."""
    if not smiles or not smiles.isascii() or not smiles.isprintable() or " " in smiles:
        return None
    molecule = read(smiles)
    if molecule is None or molecule.GetNumAtoms() == 0:
        return None
    for atom in molecule.GetAtoms():
        atom.SetIsotope(0)
        atom.SetAtomMapNum(0)
        for label in ("dummyLabel", "molAtomMapNumber"):
            atom.ClearProp(label)
    text = Chem.MolToSmiles(molecule)
    for _ in range(5):
        molecule = read(text)
        again = Chem.MolToSmiles(molecule) if molecule else text
        if again == text:
            break
        text = again
    return text
