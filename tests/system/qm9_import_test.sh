#!/usr/bin/env bash
# Import of QM9 as inputs/molecules has it, on 2 ranks: how many molecules are repaired, what is left out, and that the
# validation molecules are others. Usage: qm9_import_test.sh PROGRAM. Skips (77) without EPITAXY_DATA.
data=${EPITAXY_DATA:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"
export EPITAXY_DATA=$data
[[ -f $data/qm9/qm9_train.csv.gz ]] ||
  skip "EPITAXY_DATA does not name a folder with qm9/qm9_train.csv.gz (see tools/get-data)"
python=$(python_with h5py)
[[ -n $python ]] || skip "no Python with h5py"

for name in qm9 qm9_validation; do
  say "import of $name"
  expect_exit 0 ranks 2 "$program" run "$root/inputs/molecules/import_$name.yaml" --output "$name"
done

"$python" - <<'PYTHON' || not_ok "what was imported"
import json

import h5py

def load(name):
    with open(f"{name}/summary.json") as file:
        summary = json.load(file)
    with h5py.File(f"{name}/dataset.h5") as file:
        return summary, {key: list(file[key].asstr()) for key in ("smiles", "selfies", "group", "formula")}, \
            file["targets/gap_dft_eV"][:]

summary, columns, gaps = load("qm9")
validation, others, _ = load("qm9_validation")
assert summary["rows_read"] == 104748, summary["rows_read"]
assert 0.07 < summary["repaired"] / summary["rows_read"] < 0.08, summary["repaired"]
assert summary["rejected"] < 0.005 * summary["rows_read"], summary["rejected"]
assert summary["rows"] + summary["rejected"] + summary["merged"] == summary["rows_read"]
assert summary["rows"] == summary["molecules"] == len(set(columns["smiles"]))
assert columns["group"] == columns["smiles"]
assert summary["without_selfies"] == 0 and all(columns["selfies"])
assert summary["tokens"]["characters"]["longest"] == max(map(len, columns["smiles"])) <= 34
assert columns["smiles"][0] == "C" and abs(gaps[0] - 13.7363) < 1e-9
repaired = {written: read for written, read in zip(columns["formula"], columns["smiles"]) if written != read}
assert repaired["CC1C[C]([NH])O1"] == "CC1CC(=N)O1", repaired["CC1C[C]([NH])O1"]
both = set(columns["group"]) & set(others["group"])
assert not both, f"{len(both)} molecules are in both files"
print(f"ok: {summary['rows']} molecules, {summary['repaired']} of the rows repaired")
PYTHON

finish
