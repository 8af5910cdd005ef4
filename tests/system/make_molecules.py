#!/usr/bin/env python3
"""Writes training.csv (the first row the only one with bromine) and validation.csv: small molecules put together from
pieces, with made-up properties that follow from their SMILES."""

import itertools
import random

LEFT = ["C", "CC", "CCC", "N", "O", "NC", "OC", "FC", "C=C", "C#C", "N#C", "CC(C)", "CC(=O)", "O=C", "CN", "CO"]
MIDDLE = ["", "C", "CC", "C(C)", "C(=O)"]
RIGHT = ["C", "N", "O", "F", "C#N", "C=O", "C(=O)O", "C(N)=O", "C1CC1", "c1ccccc1", "C(C)C", "OC", "NC", "C=C"]


def row(smiles):
    hetero = sum(smiles.count(symbol) for symbol in "NOF")
    gap = 9 - 0.3 * len(smiles) - smiles.count("=") - 2 * smiles.count("c1")
    return f"{smiles},{gap:.3f},{1 + 0.7 * hetero:.3f}"


def main():
    molecules = sorted({"".join(parts) for parts in itertools.product(LEFT, MIDDLE, RIGHT)})
    random.Random(1).shuffle(molecules)
    for name, chosen in (("training", ["CBr", *molecules[30:330]]), ("validation", molecules[:30])):
        with open(f"{name}.csv", "w", encoding="utf-8") as file:
            file.write("\n".join(["smiles,gap_eV,mu_D", *map(row, chosen)]) + "\n")


if __name__ == "__main__":
    main()
