"""Epitaxy's side of the comparison: stage files in a temporary folder, runs under mpirun, figures from its files."""

import csv
import gzip
import json
import os
import subprocess
import time
from pathlib import Path

IMPORT = """stage: import
source: {source}
formula_column: formula
targets:
  - {{column: formation_energy_eV_atom, unit: eV/atom, to: eV/atom}}
duplicates: keep
output: {output}
"""

# Almost everything is trained on; the few validation rows are looked at once, after the last epoch.
PRETRAIN = """stage: pretrain
data:
  - {{file: {work}/oqmd/dataset.h5, head: oqmd, range: [-10, 5]}}
  - {{file: {work}/mp/dataset.h5, head: mp, range: [-10, 5]}}
validation: {{fraction: 0.005}}
model: {{kind: composition_net}}
training:
  epochs: {epochs}
  batch: {batch}
  shards: {shards}
  loss: mae
  optimizer: {{kind: adamw, weight_decay: 1.0e-4}}
  learning_rate: {{schedule: constant, peak: 1.0e-3}}
  validate_every: 1000000
  precision: {precision}
  kernels: {kernels}
output: {output}
"""

TARGET = "formation_energy_eV_atom"


class Epitaxy:
    """The built program, and the folder that its inputs and outputs go to."""

    def __init__(self, build, work, log):
        self.build = Path(build)
        self.program = self.build / "epitaxy"
        self.work = Path(work)
        self.log = log

    def command(self, arguments, ranks=1, program=None):
        program = [str(program or self.program), *map(str, arguments)]
        return program if ranks == 0 else ["mpirun", "-n", str(ranks), *program]

    def run(self, arguments, ranks=1, program=None, environment=None):
        """Runs to the end and returns (seconds, standard output); `ranks` 0 is without mpirun."""
        command = self.command(arguments, ranks, program)
        start = time.perf_counter()
        done = subprocess.run(
            command, capture_output=True, text=True, env={**mpi_environment(), **(environment or {})}, check=False
        )
        seconds = time.perf_counter() - start
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return seconds, done.stdout

    def import_rows(self, name, source, fresh=True):
        stage = self.work / f"import_{name}.yaml"
        stage.write_text(IMPORT.format(source=source, output=self.work / name), encoding="utf-8")
        return self.run(["run", stage, *(["--fresh"] if fresh else [])], ranks=0)[0]

    def pretrain(self, batch, precision, shards, epochs, ranks=2, kernels="auto"):
        """Trains from new and returns the rate over its training steps."""
        name = f"pretrain_{batch}_{precision}_{ranks}"
        stage = self.work / f"{name}.yaml"
        output = self.work / name
        stage.write_text(
            PRETRAIN.format(
                work=self.work,
                epochs=epochs,
                batch=batch,
                shards=shards,
                precision=precision,
                kernels=kernels,
                output=output,
            ),
            encoding="utf-8",
        )
        self.run(["run", stage, "--fresh"], ranks=ranks)
        return {**training_rate(output, batch, shards), "output": str(output)}

    def predict(self, model, source, output):
        """Seconds of the whole command, from CSV to CSV."""
        return self.run(["predict", "--model", model, "--input", source, "--output", output], ranks=2)[0]


def mpi_environment():
    """One thread a rank; root may run mpirun (containers)."""
    return {
        **os.environ,
        "TERM": "dumb",
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def training_rate(output, batch, shards):
    """The rate of a finished pretraining by the clock of its epochs, without the first one, in which all warms up.

    `performance` is what the program itself says, over all steps.
    """
    summary = json.loads((output / "summary.json").read_text(encoding="utf-8"))
    with open(output / "metrics.csv", newline="", encoding="utf-8") as file:
        epochs = list(csv.DictReader(file))
    measured = epochs[1:] or epochs
    steps = len(measured) * (summary["training_rows"] // shards // (batch // shards))
    seconds = sum(float(epoch["seconds"]) for epoch in measured)
    return {
        "samples_per_s": steps * batch / seconds,
        "step_ms": 1e3 * seconds / steps,
        "steps": steps,
        "seconds": seconds,
        "first_loss": float(epochs[0]["train_loss"]),
        "last_loss": float(epochs[-1]["train_loss"]),
        "performance": summary.get("performance", {}),
    }


def thin_out(source, target, rows):
    """Copies about `rows` rows of a CSV, evenly spread, with its header; returns how many."""
    opened = gzip.open if str(source).endswith(".gz") else open
    with opened(source, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    header, lines = lines[0], lines[1:]
    rows = min(rows, len(lines))
    chosen = [lines[i * len(lines) // rows] for i in range(rows)]
    Path(target).write_text(header + "".join(chosen), encoding="utf-8")
    return rows
