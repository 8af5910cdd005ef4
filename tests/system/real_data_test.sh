#!/usr/bin/env bash
# The pipeline on the real data sets of EPITAXY_DATA: import of OQMD, Materials Project and the measured formation
# energies, a short pretraining with one head each, without the measured compositions, and a short transfer.
# Usage: real_data_test.sh PROGRAM. Skips (77) without EPITAXY_DATA.
set -euo pipefail
program=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if [[ -z ${EPITAXY_DATA:-} || ! -f ${EPITAXY_DATA}/formation_energy/oqmd_dft.csv ]]; then
  echo "skipped: EPITAXY_DATA does not name a folder with formation_energy/oqmd_dft.csv (see tools/get-data)"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

echo "a short run of the strict workflow on 2 ranks"
mpirun --oversubscribe -n 2 "$program" run "$root/workflows/formation_energy_strict.yaml" --output "$folder/run" \
  --set 'pretrain.model.widths=[128, 64, 32]' --set pretrain.training.epochs=3 \
  --set 'finetune.seeds=[1]' --set finetune.folds=3 --set finetune.training.epochs=5 > "$folder/log" 2>&1 ||
  { cat "$folder/log"; exit 1; }

python3 - "$folder/run" "$EPITAXY_DATA" <<'PYTHON'
import csv, json, sys

run, data = sys.argv[1], sys.argv[2]


def load(path):
    with open(f"{run}/{path}") as file:
        return json.load(file)


def check(holds, what):
    print("ok:" if holds else "FAILED:", what)
    if not holds:
        sys.exit(1)


oqmd, mp, measured = (load(f"import_{name}/summary.json") for name in ("oqmd", "mp", "experiment"))
check(oqmd["rows_read"] == 159674 and oqmd["rejected"] <= 10, "every row of OQMD is read, at most 10 are rejected")
check(mp["rows"] == 132752 and mp["compositions"] == 95118, "Materials Project: 132,752 rows of 95,118 compositions")
check(measured["rows"] == 1479, "1,479 measured compositions")
check(oqmd["targets"]["formation_energy_eV_atom"]["max"] > 40, "the outliers of OQMD are kept by the import")

pretrain = load("pretrain/summary.json")
check(pretrain["excluded_rows"] > 1000, "rows of measured compositions are excluded from the pretraining")
test = pretrain["test"]["oqmd"]
check(0.08 * 159674 < test["rows"] < 0.12 * 159674, "about a tenth of OQMD is held out")
check(test["mae_eV_atom"] < 0.3, f"three epochs learn OQMD (MAE {test['mae_eV_atom']:.3f} eV/atom)")

sides = {}
with open(f"{run}/pretrain/predictions.csv") as file:
    for row in csv.DictReader(file):
        sides.setdefault(row["composition"], set()).add(row["set"])
check(all(len(side) == 1 for side in sides.values()), "no composition is on both sides of the split")

variants = load("finetune/summary.json")["variants"]
base = load("finetune/summary.json")["baseline_mean_predictor"]["mae_eV_atom"]
check(variants["fine_tune"]["mae_eV_atom"] < 0.5 * base, "fine-tuning beats the mean by more than a factor of two")
check(variants["fine_tune"]["mae_eV_atom"] < variants["direct"]["mae_eV_atom"], "and the direct use of the computed model")
PYTHON

echo "prediction with the transferred ensemble"
"$program" predict --model "$folder/run/finetune/model.h5" --input "$EPITAXY_DATA/formation_energy/experiment.csv" \
  --output "$folder/predicted.csv" | tee "$folder/predict.log"
head -1 "$folder/predicted.csv" |
  grep -qx 'formula,formation_energy_eV_atom,formation_energy_eV_atom_predicted,formation_energy_eV_atom_predicted_std,formation_energy_eV_atom_predicted_low,formation_energy_eV_atom_predicted_high,warning'
grep -q '1479 of 1479 rows predicted by 3 models' "$folder/predict.log"
