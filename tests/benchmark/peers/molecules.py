"""SMILES of a CSV(.gz) as rows of character tokens, for the peers of the molecule autoencoder.

    molecules.py CSV COLUMN OUT.npz

Token 0 ends a molecule and fills the rest of its row; characters are numbered from 1 on.
"""

import csv
import gzip
import sys

import numpy as np

LENGTH = 34
END = 0


def read(path, target):
    """(tokens uint8 [rows, LENGTH], characters, standardized target float32 [rows])"""
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        rows = [(row["smiles"], float(row[target])) for row in csv.DictReader(file)]
    characters = "".join(sorted(set("".join(smiles for smiles, _ in rows))))
    number = np.zeros(256, dtype=np.uint8)
    for i, character in enumerate(characters):
        number[ord(character)] = i + 1
    tokens = np.full((len(rows), LENGTH), END, dtype=np.uint8)
    for row, (smiles, _) in enumerate(rows):
        if len(smiles) >= LENGTH:
            raise ValueError(f"{smiles} is longer than {LENGTH - 1} characters")
        tokens[row, : len(smiles)] = number[np.frombuffer(smiles.encode(), dtype=np.uint8)]
    values = np.array([value for _, value in rows], dtype=np.float32)
    return tokens, characters, (values - values.mean()) / values.std()


def load(path):
    """The same from an .npz that this program wrote."""
    content = np.load(path)
    return content["tokens"], str(content["characters"]), content["values"]


def to_text(tokens, characters):
    """Token numbers [rows, length] -> strings up to the end token."""
    table = np.array(["", *characters])
    result = []
    for row in tokens:
        ends = np.flatnonzero(row == END)
        result.append("".join(table[row[: ends[0]] if len(ends) else row]))
    return result


if __name__ == "__main__":
    source, column, target_file = sys.argv[1:]
    tokens_read, characters_read, values_read = read(source, column)
    np.savez(target_file, tokens=tokens_read, characters=characters_read, values=values_read)
    print("{}")
