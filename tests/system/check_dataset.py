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
        elements = list(file["feature_names"].asstr())
        fractions = file["features"][:]
        formulas = list(file["formula"].asstr())
        groups = list(file["group"].asstr())
        target = file["targets/formation_energy_eV_atom"]
        assert target.attrs["unit"] == "eV/atom", target.attrs["unit"]
        values = target[:]
        assert file["provenance"].attrs["source"].endswith("enthalpies_of_formation.csv")

    assert fractions.shape == (len(formulas), 86), fractions.shape
    assert len(groups) == len(formulas) == len(values)
    assert len(set(groups)) == len(groups), "duplicates were to be merged"
    assert abs(fractions.sum(axis=1) - 1).max() < 1e-6
    assert set(formulas) <= set(table)
    # By hand: Al2O3 has 5 atoms, 2 of them aluminum.
    row = formulas.index("Al2O3")
    assert abs(values[row] - table["Al2O3"] * EV_PER_KJ_MOL / 5) < 1e-6, values[row]
    assert abs(fractions[row][elements.index("Al")] - 0.4) < 1e-6
    assert abs(fractions[row][elements.index("O")] - 0.6) < 1e-6


main(*sys.argv[1:])
