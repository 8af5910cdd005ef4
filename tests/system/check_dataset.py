"""Reads a data set with h5py and compares it with its source: check_dataset.py DATASET.h5 SOURCE.csv."""

import csv
import sys

import h5py

EV_PER_KJ_MOL = 1 / 96.48533212


def main(dataset, source):
    with open(source, encoding="utf-8", newline="") as file:
        table = {row["formula"]: float(row["enthalpy_kJ_mol"]) for row in csv.DictReader(file)}
    with h5py.File(dataset) as file:
        assert file.attrs["format"] == "epitaxy dataset", file.attrs["format"]
        assert len(file.attrs["fingerprint"]) == 32
        texts = list(file["text"].asstr())
        formulas = list(file["formula"].asstr())
        groups = list(file["group"].asstr())
        target = file["targets/formation_energy_eV_atom"]
        assert target.attrs["unit"] == "eV/atom", target.attrs["unit"]
        values = target[:]
        assert file["provenance"].attrs["source"].endswith("enthalpies_of_formation.csv")

    assert texts == [formula.strip() for formula in formulas]
    assert len(groups) == len(formulas) == len(values)
    assert len(set(groups)) == len(groups), "duplicates were to be merged"
    assert set(formulas) <= set(table)
    # By hand: Al2O3 has 5 atoms.
    row = formulas.index("Al2O3")
    assert abs(values[row] - table["Al2O3"] * EV_PER_KJ_MOL / 5) < 1e-6, values[row]


main(*sys.argv[1:])
