#!/usr/bin/env python3
"""Simulated measurements: from 60 boiling points, 20 more by `epitaxy suggest` and at random.

usage: suggest_learning.py PROGRAM TABLE FOLDER

Of each of three random starts 60 rows are known and 196 are kept back; the others are candidates. Told are, as means
over the starts: how many of the 20 highest candidates are among the 20 chosen, and the error on the rows kept back
after the chosen ones were added.
"""
import csv
import pathlib
import random
import re
import statistics
import subprocess
import sys

TARGET = "boiling_point_K"
STARTS = 3
BATCH = 20


def write(path, rows):
    with open(path, "w", newline="") as file:
        out = csv.DictWriter(file, rows[0].keys())
        out.writeheader()
        out.writerows(rows)


def main():
    program, table, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    with open(table, newline="") as file:
        rows = [{"smiles": row["smiles"], TARGET: row[TARGET]} for row in csv.DictReader(file)]

    def run(*arguments):
        done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    def fit(name, known):
        write(folder / f"{name}.csv", known)
        run("fit", folder / f"{name}.csv", "--target", TARGET, "--learners", "laplace", "--quick", "--output",
            folder / name, "--fresh")
        return folder / name / "model.h5"

    def error(model):
        text = run("predict", "--model", model, "--input", folder / "kept.csv", "--output", folder / "predicted.csv")
        return float(re.search(r"MAE ([\d.]+)", text)[1])

    found, errors = {}, {}
    for start in range(STARTS):
        shuffled = list(rows)
        random.Random(start).shuffle(shuffled)
        known, kept, candidates = shuffled[:60], shuffled[60:256], shuffled[256:]
        write(folder / "kept.csv", kept)
        write(folder / "candidates.csv", [{"smiles": row["smiles"]} for row in candidates])
        of = {row["smiles"]: row for row in candidates}
        best = {row["smiles"] for row in sorted(candidates, key=lambda r: -float(r[TARGET]))[:BATCH]}
        model = fit("start", known)
        errors.setdefault("before", []).append(error(model))
        batches = {"random": candidates[:BATCH]}
        for name, options in (("explore", []), ("exploit", ["--goal", "maximize", "--strategy", "exploit"]),
                              ("balance", ["--goal", "maximize"])):
            run("suggest", "--model", model, "--input", folder / "candidates.csv", "--number", BATCH, "--output",
                folder / "suggested.csv", *options)
            with open(folder / "suggested.csv", newline="") as file:
                batches[name] = [of[row["smiles"]] for row in csv.DictReader(file)]
        for name, batch in batches.items():
            found.setdefault(name, []).append(sum(row["smiles"] in best for row in batch))
            if name in ("random", "explore"):
                errors.setdefault(name, []).append(error(fit(name, known + batch)))
    for name, counts in found.items():
        print(f"{name}: {statistics.mean(counts):.1f} of the {BATCH} highest among {BATCH} chosen {counts}")
    for name, values in errors.items():
        print(f"{name}: MAE {statistics.mean(values):.2f} K on the rows kept back {values}")


main()
