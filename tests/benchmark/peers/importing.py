"""pandas peer of an import stage: formulas and targets of a CSV, checked, to an HDF5."""

import argparse
import json

import h5py
import numpy as np
import pandas

import composition


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True)
    parser.add_argument("--target", required=True, help="column")
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    table = pandas.read_csv(arguments.source)
    values = pandas.to_numeric(table[arguments.target], errors="coerce")
    table = table[values.notna()]
    formulas = table["formula"].astype(str).tolist()
    _, readable = composition.fractions(formulas)
    formulas = [formula for formula, known in zip(formulas, readable) if known]
    with h5py.File(arguments.output, "w") as file:
        file["formula"] = formulas
        file["group"] = [composition.reduced(formula) for formula in formulas]
        file["line"] = np.flatnonzero(values.notna())[readable] + 2
        file[f"targets/{arguments.target}"] = values[values.notna()].to_numpy()[readable]
    print(json.dumps({"rows": len(formulas), "read": len(values)}))


if __name__ == "__main__":
    main()
