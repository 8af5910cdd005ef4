"""SMILES of a CSV(.gz) as rows of character tokens, for the peers of the molecule autoencoder."""

import csv
import gzip

import numpy as np

LENGTH = 34
PADDING, END = 0, 1
SPECIAL = ["<pad>", "<end>"]


def read_csv(path, columns):
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [[row[name] for row in rows] for name in columns]


def tokenize(smiles):
    """Token numbers uint8 [rows, LENGTH] (an end token, then padding) and the vocabulary."""
    characters = sorted(set("".join(smiles)))
    vocabulary = SPECIAL + characters
    number = np.zeros(256, dtype=np.uint8)
    for i, character in enumerate(characters):
        number[ord(character)] = i + len(SPECIAL)
    tokens = np.full((len(smiles), LENGTH), PADDING, dtype=np.uint8)
    for row, text in enumerate(smiles):
        if len(text) >= LENGTH:
            raise ValueError(f"{text} is longer than {LENGTH - 1} characters")
        tokens[row, : len(text)] = number[np.frombuffer(text.encode(), dtype=np.uint8)]
        tokens[row, len(text)] = END
    return tokens, vocabulary


def load(path, target):
    """(tokens, vocabulary, standardized target float32 [rows])"""
    smiles, values = read_csv(path, ["smiles", target])
    tokens, vocabulary = tokenize(smiles)
    numbers = np.array([float(v) for v in values], dtype=np.float32)
    return tokens, vocabulary, (numbers - numbers.mean()) / numbers.std()


def to_text(tokens, vocabulary):
    """Token numbers [rows, length] -> strings up to the end token."""
    characters = np.array([""] * len(SPECIAL) + list(vocabulary[len(SPECIAL) :]))
    result = []
    for row in tokens:
        ends = np.flatnonzero(row == END)
        result.append("".join(characters[row[: ends[0]] if len(ends) else row]))
    return result
