#!/usr/bin/env python3
"""Time, memory and error of `epitaxy fit` on tables of many rows: QM9's DFT gaps, OQMD's formation energies.

    tests/benchmark/many_rows.py --data data --rows 100000 --epitaxy build/release/epitaxy --output many_rows.json

Rows are the first ones of the data in a random order of a fixed seed. Of each task the ensemble and each learner by
itself are reported (outer folds), so boosting alone is one of the lines.
"""

import argparse
import csv
import gzip
import json
import pathlib
import random
import resource
import subprocess
import tempfile
import time

TASKS = {
    "molecules": ("qm9/qm9_train.csv.gz", "smiles", "gap_dft_eV", "eV"),
    "formulas": ("formation_energy/oqmd_dft.csv", "formula", "formation_energy_eV_atom", "eV/atom"),
}


def write_rows(source, text, target, rows, path):
    """The columns of some rows."""
    opener = gzip.open if source.suffix == ".gz" else open
    with opener(source, "rt", newline="") as file:
        table = [(row[text], row[target]) for row in csv.DictReader(file)]
    random.Random(1).shuffle(table)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([text, target])
        writer.writerows(table[:rows])
    return min(rows, len(table))


def measure(task, options, folder):
    source, text, target, unit = TASKS[task]
    table = folder / f"{task}.csv"
    rows = write_rows(options.data / source, text, target, options.rows, table)
    run = folder / task
    command = ["mpirun", "--oversubscribe", "-n", str(options.ranks), str(options.epitaxy), "fit", str(table)]
    command += ["--target", target, "--unit", unit, "--output", str(run)] + options.options
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - start
    summary = json.loads((run / "summary.json").read_text())["targets"][target]
    mae = {"ensemble": summary["ensemble"], **{name: ways["direct"] for name, ways in summary["learners"].items()}}
    return {
        "rows": rows,
        "seconds": round(seconds, 1),
        # The largest process of all tasks so far.
        "largest_rank_MiB": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "mae": {name: next(v for k, v in figures.items() if k.startswith("mae_") and k != "mae_std")
                for name, figures in mae.items()},
        "weights": {name: ways["direct"]["weight"] for name, ways in summary["learners"].items()},
        "command": " ".join(command),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default="data")
    parser.add_argument("--epitaxy", type=pathlib.Path, default="build/release/epitaxy")
    parser.add_argument("--rows", type=int, default=100000)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("options", nargs="*", help="for `epitaxy fit`, after --")
    options = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for task in options.tasks:
            results[task] = measure(task, options, pathlib.Path(folder))
            print(task, json.dumps(results[task], indent=2), flush=True)
            options.output.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
