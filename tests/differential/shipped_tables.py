"""The tables that the repository ships or makes, and the heads of the public ones in EPITAXY_DATA."""
import gzip
import itertools
import os
import subprocess
import tempfile
from pathlib import Path

from program_import import Table

ROOT = Path(__file__).resolve().parent.parent.parent
HEAD = 300


def shipped():
    quickstart = ROOT / "inputs/quickstart/data"
    return [(quickstart / "enthalpies_of_formation.csv",
             Table("enthalpies", "compositions", [("enthalpy_kJ_mol", "kJ/mol", "eV/atom")])),
            (quickstart / "molecules.csv",
             Table("molecules", "molecules", [(name, "eV", "eV") for name in ("gap_xtb_eV", "gap_dft_eV")]))]


def public(folder):
    energies = [("formation_energy_eV_atom", "eV/atom", "eV/atom")]
    tables = [(f"formation_energy/{name}.csv", Table(name, "compositions", energies))
              for name in ("experiment", "jarvis_dft", "mp_dft", "mp_unique_dft", "oqmd_dft")]
    tables += [("band_gap/experiment.csv", Table("band_gap", "compositions", [("band_gap_eV", "eV", "eV")])),
               ("hydration/freesolv.csv", Table("freesolv", "molecules",
                [(f"hydration_free_energy_{name}_kcal_mol", "kcal/mol", "kcal/mol") for name in ("experiment", "gaff")])),
               ("polymer_tg/polymer_tg.csv", Table("polymer_tg", "molecules", [("tg_experiment_K", "K", "K"), ("tg_model_K", "K", "K")])),
               ("properties/esol.csv", Table("esol", "molecules", [("log_solubility_measured", "none", "none")])),
               ("properties/bace.csv", Table("bace", "molecules", [("pic50", "none", "none")])),
               ("qm9/qm9_train.csv.gz", Table("qm9", "molecules", [("gap_dft_eV", "eV", "eV"), ("u0_Ha", "Ha", "Ha")]))]
    return [(folder / name, table) for name, table in tables if (folder / name).exists()]


def read_head(path, table):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        lines = [line.rstrip(b"\r\n") for line in itertools.islice(file, HEAD + 1)]
    table.header, table.rows = lines[0], lines[1:]
    return table


def pauling():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pauling.csv")
        subprocess.run([ROOT / "tools/generate-pauling-source", "--rows", str(HEAD), "--output", path], check=True, capture_output=True)
        return read_head(path, Table("pauling", "compositions", [("formation_energy_eV_atom", "eV/atom", "eV/atom")]))


def all_tables():
    data = os.environ.get("EPITAXY_DATA")
    files = shipped() + (public(Path(data)) if data else [])
    return [pauling()] + [read_head(path, table) for path, table in files]
