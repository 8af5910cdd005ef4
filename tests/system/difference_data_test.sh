#!/usr/bin/env bash
# Difference learning on FreeSolv and on polymers as inputs/difference has it, on 2 ranks, with the quickest good
# learner: the errors stay below what the documentation promises. Usage: difference_data_test.sh PROGRAM.
# Skips (77) without EPITAXY_DATA.
data=${EPITAXY_DATA:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"
export EPITAXY_DATA=$data
[[ -f $data/hydration/freesolv.csv && -f $data/polymer_tg/polymer_tg.csv ]] ||
  skip "EPITAXY_DATA does not name a folder with hydration/freesolv.csv and polymer_tg/polymer_tg.csv (see tools/get-data)"

for name in freesolv polymer_tg; do
  say "$name"
  expect_exit 0 "$program" run "$root/inputs/difference/import_$name.yaml" --output "import_$name"
  expect_exit 0 ranks 2 "$program" run "$root/inputs/difference/$name.yaml" --output "$name" \
    --set 'learners={kernel_ridge: {penalty: [0.01, 0.1], width: [1, 2]}, gradient_boosting: {trees: 150}}' \
    --set 'ways=[cheap_alone, cheap_linear, difference, stacking_linear]'
done
expect "one polymer is rejected" grep -q '\[\[\*\]\]' import_polymer_tg/rejected.csv

expect "errors" python3 - <<'PYTHON'
import json

def load(name):
    with open(f"{name}/summary.json") as file:
        return json.load(file)

freesolv = load("freesolv")
assert freesolv["rows"] == 581
assert abs(freesolv["cheap"]["cheap_alone"]["mae_kcal_mol"] - 1.094) < 0.001
difference = min(ways["difference"]["mae_kcal_mol"] for ways in freesolv["learners"].values())
best = freesolv["best"]["mae_kcal_mol"]
print(f"FreeSolv: difference {difference:.3f}, best way {best:.3f} kcal/mol")
assert difference < 0.6 and best < 0.56
polymers = load("polymer_tg")
assert polymers["rows"] == 289
assert abs(polymers["cheap"]["cheap_alone"]["mae_K"] - 81.58) < 0.01
best = polymers["best"]["mae_K"]
print(f"polymers: best way {best:.1f} K")
assert best < 24
for summary in (freesolv, polymers):
    for ways in summary["learners"].values():
        for way, result in ways.items():
            assert 0.85 < result["coverage"] < 0.96, (way, result)
PYTHON

finish
