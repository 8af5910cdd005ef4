"""Checks the results of a finetune stage against each other: check_finetune.py FOLDER FOLDS."""

import csv
import json
import math
import sys
from collections import defaultdict

VARIANTS = ["scratch", "direct", "frozen_features", "fine_tune"]


def close(a, b):
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


def main(folder, folds):
    with open(f"{folder}/summary.json", encoding="utf-8") as file:
        summary = json.load(file)
    with open(f"{folder}/predictions.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert list(summary["variants"]) == VARIANTS, list(summary["variants"])
    for name, entry in summary["variants"].items():
        for key in ("mae_eV_atom", "mae_std", "rmse", "r2"):
            assert math.isfinite(entry[key]), (name, key)
        assert 0 < entry["mae_eV_atom"] <= entry["rmse"] and entry["r2"] < 1, (name, entry)
        assert entry["mae_std"] > 0, (name, entry)
    best = min(VARIANTS, key=lambda v: summary["variants"][v]["validation_mae_eV_atom"])
    assert summary["best_variant"] == best, (summary["best_variant"], best)

    by_variant = defaultdict(list)
    for row in rows:
        assert row["set"] == "out_of_fold", row
        by_variant[row["variant"]].append(row)
    assert sorted(by_variant) == sorted(VARIANTS), sorted(by_variant)

    identity = [(r["formula"], r["composition"], r["fold"], r["target"]) for r in by_variant["direct"]]
    assert len(identity) == summary["rows"] and len(identity) > 200, len(identity)
    fold_of = {}
    for _, composition, fold, _ in identity:
        assert fold_of.setdefault(composition, fold) == fold, f"{composition} is in two folds"
    assert set(fold_of.values()) == {str(fold) for fold in range(folds)}, set(fold_of.values())

    for name in VARIANTS:
        mine = by_variant[name]
        assert [(r["formula"], r["composition"], r["fold"], r["target"]) for r in mine] == identity, name
        errors = [abs(float(r["prediction"]) - float(r["target"])) for r in mine]
        assert close(sum(errors) / len(errors), summary["variants"][name]["ensemble_mae_eV_atom"]), name
        # Two seeds give a spread; the variant that does not train has only one model a fold.
        assert all((r["prediction_std"] == "") == (name == "direct") for r in mine), name
        inside = [float(r["low"]) <= float(r["target"]) <= float(r["high"]) for r in mine]
        covered = sum(inside) / len(inside)
        assert close(covered, summary["variants"][name]["intervals"]["coverage"]), name
        assert abs(covered - 0.9) < 0.05, (name, covered)
    direct = summary["variants"]["direct"]
    assert close(direct["mae_eV_atom"], direct["ensemble_mae_eV_atom"]), direct

    # The baseline predicts a fold by the mean of what a job of that fold trains on: all folds but this one, less the
    # validation rows. So it is close to, but not the same as, the mean of the other folds.
    targets = [float(row[3]) for row in identity]
    total = 0.0
    for fold in range(folds):
        inside = [t for t, row in zip(targets, identity) if row[2] == str(fold)]
        outside = [t for t, row in zip(targets, identity) if row[2] != str(fold)]
        total += sum(abs(t - sum(outside) / len(outside)) for t in inside)
    baseline = summary["baseline_mean_predictor"]
    assert abs(baseline["mae_eV_atom"] - total / len(targets)) < 0.02, (baseline, total / len(targets))
    assert abs(baseline["r2"]) < 0.1, baseline
    for name in VARIANTS:
        assert summary["variants"][name]["mae_eV_atom"] < baseline["mae_eV_atom"], name


main(sys.argv[1], int(sys.argv[2]))
