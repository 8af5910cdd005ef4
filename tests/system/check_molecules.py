#!/usr/bin/env python3
"""Checks the files of molecules_test.sh; says what is wrong and exits with 1.

check_molecules.py warnings FILE VERB COLUMN: each row of new.csv has its warning, and a value where it is readable
check_molecules.py agreement: the training's predictions and reconstructions (run/), those of predict, encode and decode
"""

import csv
import json
import re
import sys


def read(name):
    with open(name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# By name: what the warning says of a row that is not readable (`not ...: `), or that is.
REFUSED = {
    "ring": "syntax: .*",
    "valence": "valence: .*",
    "aromatic": "kekulization: .*",
    "empty": "the SMILES is empty",
    "salt": "a salt or mixture of 2 fragments",
    "radical": "a radical with 1 unpaired electron that cannot be paired",
    "silicon": r"the model does not know \[SiH2\] I",
    "long": "24 tokens are too many: the model reads at most 19",
    "short": "has 1 fields, the header has 2",
}
DOUBTFUL = {"bromine": "never seen in training: Br"}
SAME = [("plain", "another spelling"), ("stereo", "no stereo"), ("torn", "whole")]


def check_warnings(name, verb, column):
    problems = []
    rows = {row["name"]: row for row in read(name)}
    for key, row in rows.items():
        refused = REFUSED.get(key)
        expected = f"not {verb}: {refused}" if refused else DOUBTFUL.get(key, "")
        if not re.fullmatch(expected, row["warning"]):
            problems.append(f"{key}: {row['warning']!r}, expected {expected!r}")
        if bool(row[column]) == bool(refused):
            problems.append(f"{key}: {column} is {row[column]!r}")
    for first, second in SAME:
        if rows[first][column] != rows[second][column]:
            problems.append(f"{first} and {second} are one molecule: {rows[first][column]}, {rows[second][column]}")
    missing = {*REFUSED, *DOUBTFUL} - set(rows)
    if missing:
        problems.append(f"no rows: {missing}")
    return problems


def check_agreement():
    problems = []

    def expect_equal(what, actual, expected):
        if actual != expected:
            problems.append(f"{what}: {actual!r}, expected {expected!r}")

    given = read("validation.csv")
    from_csv = read("decoded_csv.csv")
    from_h5 = read("decoded_h5.csv")
    predicted = read("validated.csv")
    expect_equal("rows", [len(from_csv), len(from_h5), len(predicted)], 3 * [len(given)])

    # What was decoded does not depend on the kind of file.
    renamed = {"smiles": "smiles_decoded", "canonical": "canonical", "valid": "valid", "cause": "cause",
               "gap_eV": "gap_eV_predicted", "mu_D": "mu_D_predicted"}
    for line, (a, b) in enumerate(zip(from_csv, from_h5), start=2):
        expect_equal("row", b["row"], str(line))
        for of_h5, of_csv in renamed.items():
            expect_equal(f"line {line}, {of_h5}", a[of_csv], b[of_h5])

    # Properties of a latent mean are those of its molecule.
    for line, (a, b) in enumerate(zip(predicted, from_h5), start=2):
        for name in ("gap_eV", "mu_D"):
            expect_equal(f"line {line}, {name}", b[name], a[name + "_predicted"])

    # The same predictions as at the end of the training.
    canonical = {}
    trained = {}
    for row in read("run/predictions.csv"):
        canonical[row["smiles"]] = row["molecule"]
        trained[row["smiles"], row["head"]] = row["prediction"]
    for row in predicted:
        for head, name in (("gap", "gap_eV"), ("dipole", "mu_D")):
            if row["smiles"] in canonical:
                expect_equal(f"{row['smiles']}, {head}", row[name + "_predicted"], trained[row["smiles"], head])

    # And the same reconstructions.
    with open("run/summary.json", encoding="utf-8") as file:
        molecules = json.load(file)["validation"]["molecules"]
    once = {canonical[row["smiles"]]: row for row in from_csv if row["smiles"] in canonical}
    expect_equal("molecules", len(once), molecules["molecules"])
    exact = sum(row["smiles_decoded"] == smiles for smiles, row in once.items())
    print(f"{exact} of {len(once)} molecules reconstructed")
    if exact == 0:
        problems.append("no molecule is reconstructed, so nothing is compared")
    if abs(exact - molecules["exact_reconstruction"] * len(once)) > 1e-6:
        problems.append(f"{exact} of {len(once)} reconstructed, the training says {molecules['exact_reconstruction']}")
    for row in from_csv:
        expect_equal("valid", row["valid"], "0" if row["cause"] else "1")

    return problems


def main():
    problems = check_warnings(*sys.argv[2:]) if sys.argv[1] == "warnings" else check_agreement()
    for problem in problems[:20]:
        print("      " + problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
