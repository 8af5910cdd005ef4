#!/usr/bin/env python3
"""Boiling points at several pressures: what are columns of the user's own, and weights of rows, worth?

Each compound of inputs/fit/boiling_points.csv stands in two rows with pressures between 3 and 1000 kPa, by
Clausius-Clapeyron with the enthalpy of vaporization of Trouton's rule (88 J/(mol K) times the boiling point). One of
three devices with an offset of its own reads them. Every fifth compound is in FOLDER/test.csv, read with a deviation of
1 K. The others are in FOLDER/train.csv: a quarter of their rows is read with one of 40 K. `weight` is 1 / variance.
Usage: boiling_points_at_pressures.py TABLE FOLDER
"""
import csv
import math
import pathlib
import random
import sys

TROUTON = 88.0
GAS_CONSTANT = 8.314462618
OFFSETS = {"ebulliometer": 0.0, "capillary": 6.0, "still": -8.0}
ROWS_OF_A_COMPOUND = 2
FINE, COARSE = 1.0, 40.0


def rows_of(compound, draw, coarse_share):
    for _ in range(ROWS_OF_A_COMPOUND):
        pressure = math.exp(draw.uniform(math.log(3), math.log(1000)))
        factor = 1 - GAS_CONSTANT * math.log(pressure / 101.325) / TROUTON
        device = draw.choice(sorted(OFFSETS))
        deviation = COARSE if draw.random() < coarse_share else FINE
        value = float(compound["boiling_point_K"]) / factor + OFFSETS[device] + draw.gauss(0, deviation)
        yield [compound["smiles"], f"{pressure:.1f}", device, f"{1 / deviation**2:g}", f"{value:.1f}"]


def main():
    table, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(1)
    with open(table, encoding="utf-8") as source:
        compounds = list(csv.DictReader(source))
    draw.shuffle(compounds)
    parts = {"test": (compounds[::5], 0.0), "train": ([c for i, c in enumerate(compounds) if i % 5], 0.25)}
    for name, (part, coarse_share) in parts.items():
        with open(folder / f"{name}.csv", "w", encoding="utf-8") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(["smiles", "pressure_kPa", "device", "weight", "boiling_point_K"])
            for compound in part:
                out.writerows(rows_of(compound, draw, coarse_share))


if __name__ == "__main__":
    main()
