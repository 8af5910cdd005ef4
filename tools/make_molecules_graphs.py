"""Small molecules of C, N, O and F by growth of molecular graphs; the first phase of make-molecules.

From the single atoms, every hydrogen is replaced by every atom (single, double and triple bonds), and rings are
closed between all pairs of atoms with hydrogens to spare. All atoms have their usual valence, so there are no charges
and no radicals. A molecule has at most two rings, and at least half of its heavy atoms are carbon. Molecules that are
unstable, that rearrange at once, or that are a rare tautomer are left out by the patterns below (SMARTS).
"""

from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcNumRings

ELEMENTS = {"C": 4, "N": 3, "O": 2, "F": 1}  # with their valences
BOND_TYPES = {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE, 3: Chem.BondType.TRIPLE}
MAX_RINGS = 2

# Not in any molecule, nor on the way to it: growth never removes these parts.
BANNED_PARTS = {
    "peroxide": "[#8]~[#8]",
    "fluorine on oxygen, nitrogen or fluorine": "[#7,#8,F]-F",
    "cumulated double bonds": "*=*=*",
    "nitroso group": "[#7]=O",
    "triple bond in a ring": "[R]#[R]",
    "double bond in or at a three-membered ring": "[r3]=[*]",
    "cyclobutadiene": "*1=**=*1",
    "three-membered ring that shares a bond with one of three or four": "[$(*12~*~*1~*2),$(*12~*~*~*1~*2)]",
    "three-membered ring with two hetero atoms": "[!#6]1~[!#6]~*1",
    "four-membered ring with neighboring hetero atoms": "[!#6]1~[!#6]~*~*1",
}

# Not in a finished molecule.
BANNED_MOLECULES = {
    "aromatic atom in a ring of three or four": "[a;r3,r4]",
    "enol, enamine with hydrogen": "[C;!a]=[C;!a]-[$([OX2H]),$([NX3;H1,H2])]",
    "hetero atom on a carbon-carbon triple bond": "[#6]#[#6]-[#7,#8,F]",
    "cyanate, cyanogen fluoride": "N#C-[#8,F]",
    "acyl or imidoyl fluoride": "F-C=[#7,#8]",
    "carbonic or carbamic acid": "[OX2H]-C(=O)-[#7,#8]",
    "imidic acid": "[OX2H]-[C;!a]=[N;!a]",
    "imidate with hydrogen on nitrogen": "[NX2H]=[C;!a]-[OX2]",
    "imine with hydrogen": "[NX2H]=[C;!$(C-[#7])]",
    "imine of formaldehyde": "[CX3H2]=[#7;!$([#7]-[#7,#8])]",
    "diazene with hydrogen": "[NX2H]=[#7]",
    "gem-diol, hemiacetal, hemiaminal, fluoroalcohol": "[CX4](-[OX2H])-[#7,#8,F]",
    "aminal with hydrogen": "[CX4](-[NX3;H1,H2])-[#7,#8,F]",
    "fluorine alpha to nitrogen": "[CX4](-F)-[#7]",
    "hydroxylamine with hydrogen": "[NX3;H1,H2]-[#8]",
    "chain of three nitrogen atoms": "[N;!a]~[N;!a]~[#7]",
    "chain of oxygen, nitrogen and a hetero atom": "[O;!a]~[#7]~[#7,#8]",
    "chain of nitrogen, oxygen and nitrogen": "[#7]~[O;!a]~[#7]",
    "bridgehead double bond": "[x3,x4;!a]=[R]",
}


def kekulized(smiles):
    molecule = Chem.MolFromSmiles(smiles)
    Chem.Kekulize(molecule, clearAromaticFlags=True)
    return molecule


def finished(editable):
    """The sanitized molecule and its SMILES, or (None, None) where the graph is no molecule."""
    molecule = Chem.Mol(editable)
    if Chem.SanitizeMol(molecule, catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
        return None, None
    # Twice, as the first SMILES may depend on how the graph was drawn.
    molecule = Chem.MolFromSmiles(Chem.MolToSmiles(molecule))
    return (molecule, Chem.MolToSmiles(molecule)) if molecule is not None else (None, None)


def with_another_atom(parent):
    for atom in parent.GetAtoms():
        for element, valence in ELEMENTS.items():
            for order in range(1, min(3, valence, atom.GetTotalNumHs()) + 1):
                child = Chem.RWMol(parent)
                added = child.AddAtom(Chem.Atom(element))
                child.AddBond(atom.GetIdx(), added, BOND_TYPES[order])
                yield child


def with_another_ring(parent):
    hydrogens = [atom.GetTotalNumHs() for atom in parent.GetAtoms()]
    for first in range(len(hydrogens)):
        for second in range(first):
            if parent.GetBondBetweenAtoms(first, second) is None:
                for order in range(1, min(2, hydrogens[first], hydrogens[second]) + 1):
                    child = Chem.RWMol(parent)
                    child.AddBond(first, second, BOND_TYPES[order])
                    yield child


def grow(parents, children_of, banned):
    """The SMILES of all children without banned parts."""
    grown = set()
    for smiles in parents:
        for child in children_of(kekulized(smiles)):
            molecule, child_smiles = finished(child)
            if molecule is not None and child_smiles not in grown:
                if not any(molecule.HasSubstructMatch(pattern) for pattern in banned):
                    grown.add(child_smiles)
    return grown


def acceptable(smiles, banned):
    molecule = Chem.MolFromSmiles(smiles)
    symbols = [atom.GetSymbol() for atom in molecule.GetAtoms()]
    return (symbols.count("C") * 2 >= len(symbols)
            and not any(molecule.HasSubstructMatch(pattern) for pattern in banned))


def enumerate_molecules(heavy_atoms):
    """Lists of SMILES by number of heavy atoms, each sorted."""
    parts = [Chem.MolFromSmarts(smarts) for smarts in BANNED_PARTS.values()]
    whole = [Chem.MolFromSmarts(smarts) for smarts in BANNED_MOLECULES.values()]
    level = {Chem.MolToSmiles(Chem.MolFromSmiles(element)) for element in ELEMENTS}
    sizes = {}
    for size in range(1, heavy_atoms + 1):
        if size > 1:
            level = grow(sorted(level), with_another_atom, parts)
        for _ in range(MAX_RINGS):
            level |= grow(sorted(level), with_another_ring, parts)
        level = {smiles for smiles in level if CalcNumRings(Chem.MolFromSmiles(smiles)) <= MAX_RINGS}
        sizes[size] = sorted(smiles for smiles in level if acceptable(smiles, whole))
        print(f"{size} heavy atoms: {len(sizes[size])} molecules", flush=True)
    return sizes


def sample(sizes, all_up_to, count, generator):
    """All molecules of the small sizes; the larger ones share the rest, each size twice as much as the one before."""
    chosen = {size: molecules for size, molecules in sizes.items() if size <= all_up_to}
    larger = sorted(set(sizes) - set(chosen))
    rest = count - sum(len(molecules) for molecules in chosen.values())
    if rest < 0:
        raise ValueError(f"--count {count} is less than the {count - rest} molecules with up to {all_up_to} heavy "
                         "atoms, which are all taken: lower --all-up-to")
    for place, size in enumerate(larger):
        share = rest * 2**place // (2**len(larger) - 1)
        chosen[size] = sorted(generator.sample(sizes[size], min(share, len(sizes[size]))))
    return chosen
