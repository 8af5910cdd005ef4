"""An import by the program: its stage file, its end, its files."""
import csv
import dataclasses
import json
import subprocess
from pathlib import Path

import h5py

SECONDS = 20


@dataclasses.dataclass
class Table:
    name: str
    kind: str                           # of the import: compositions, molecules
    targets: list                       # (column, unit, unit of the data set)
    header: bytes = b""
    rows: list = dataclasses.field(default_factory=list)

    @property
    def column(self):
        return "formula" if self.kind == "compositions" else "smiles"


def write_stage(folder, table, source, keys=None, target_keys=None):
    stage = {"stage": "import", "kind": table.kind, "source": source, f"{table.column}_column": table.column,
             "targets": [{"column": column, "unit": unit, "to": to} | (target_keys or {}) for column, unit, to in table.targets],
             "duplicates": "keep", "missing": "allow", "max_rejected": 1.0} | (keys or {})
    if table.kind == "molecules":
        stage |= {"stereo": "keep", "radicals": "keep"}
    # JSON is YAML, too.
    Path(folder, "import.yaml").write_text(json.dumps(stage))


def run(program, folder):
    """(exit code, what it printed); None for the code when it hangs."""
    try:
        done = subprocess.run([program, "run", "import.yaml", "--fresh", "--output", "out"], cwd=folder, capture_output=True,
                              timeout=SECONDS, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def read_result(folder, table):
    """The rows of the data set by line, and the lines that were rejected."""
    with h5py.File(Path(folder, "out/dataset.h5"), "r") as file:
        texts = [text.decode() for text in file["formula"]]
        # What a formula is stands in its group: its text is kept as it is.
        prepared = [text.decode() for text in file["smiles" if table.kind == "molecules" else "group"]]
        values = [file["targets"][column][:].tolist() for column, _, _ in table.targets]
        rows = {int(line): {"source": texts[i], "prepared": prepared[i], "values": [column[i] for column in values]}
                for i, line in enumerate(file["line"])}
    with open(Path(folder, "out/rejected.csv"), newline="", encoding="utf-8", errors="replace") as file:
        rejected = {int(row["line"]) for row in csv.DictReader(file, strict=True)}
    return rows, rejected
