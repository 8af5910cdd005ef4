"""Checks the results of a learning curve against each other: check_learning_curve.py FOLDER."""

import csv
import json
import math
import sys
from collections import defaultdict

VARIANTS = ["scratch", "frozen_features", "fine_tune", "joint"]
BASELINES = ["predict_the_mean", "line_from_cheap_eV"]
SHARES = ["0.1", "1"]


def close(a, b):
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main(folder):
    with open(f"{folder}/summary.json", encoding="utf-8") as file:
        summary = json.load(file)
    assert list(summary["curve"]) == VARIANTS, list(summary["curve"])
    assert list(summary["baselines"]) == BASELINES, list(summary["baselines"])

    lines = {**summary["baselines"], **summary["curve"]}
    for name, points in lines.items():
        assert list(points) == SHARES, (name, list(points))
        assert points["0.1"]["labels"] == math.ceil(0.1 * summary["labels"]), points
        assert points["1"]["labels"] == summary["labels"] > 290, points
        for point in points.values():
            assert 0 < point["mae_eV"] <= point["rmse_eV"], (name, point)
            assert point["mae_std_eV"] >= 0, (name, point)
    for name in VARIANTS:
        assert summary["curve"][name]["0.1"]["mae_std_eV"] > 0, name
        assert summary["curve"][name]["0.1"]["validation_mae_eV"] is None, name  # too few rows to choose by
    best = min(VARIANTS, key=lambda v: summary["curve"][v]["1"]["validation_mae_eV"])
    assert summary["best_variant"] == best, (summary["best_variant"], best)

    table = read(f"{folder}/learning_curve.csv")
    assert [(row["variant"], row["share"]) for row in table] == [(v, s) for v in BASELINES + VARIANTS for s in SHARES]
    for row in table:
        point = lines[row["variant"]][row["share"]]
        assert int(row["labels"]) == point["labels"] and close(float(row["mae_eV"]), point["mae_eV"]), row

    by_variant = defaultdict(list)
    for row in read(f"{folder}/predictions.csv"):
        by_variant[row["variant"]].append(row)
    assert list(by_variant) == VARIANTS, list(by_variant)
    for name, rows in by_variant.items():
        assert len(rows) == summary["test_rows"] > 70, len(rows)
        errors = [abs(float(row["prediction"]) - float(row["target"])) for row in rows]
        assert close(sum(errors) / len(errors), summary["ensemble"][name]["mae_eV"]), name

    # All labels train any variant that learns everything, and the cheap property helps where the labels are few.
    mean = summary["baselines"]["predict_the_mean"]["1"]["mae_eV"]
    for name in ("scratch", "fine_tune", "joint"):
        assert summary["curve"][name]["1"]["mae_eV"] < 0.5 * mean, (name, mean)
    few = {name: summary["curve"][name]["0.1"]["mae_eV"] for name in VARIANTS}
    assert min(few["fine_tune"], few["joint"]) < few["scratch"], few


main(sys.argv[1])
