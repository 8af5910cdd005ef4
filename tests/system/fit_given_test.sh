#!/usr/bin/env bash
# Columns of the user's own: `epitaxy fit --features --weights` on chains of C, N and O at several temperatures in
# several solvents, and predictions that need those columns. Usage: fit_given_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

python3 - >table.csv <<'PYTHON'
import itertools

print("smiles,log_s,Temperature,solvent,variance_inverse,bad_weight,same,label")
chains = sorted("".join(c) for c in itertools.product("CNO", repeat=4))
solvents = ["water", "octanol", "toluene"]
for i, chain in enumerate(c for c in chains if c <= c[::-1]):
    for j in range(2):
        row = 2 * i + j
        temperature = 270 + row * 37 % 80
        solvent = row * 7 // 4 % 3
        value = 0.4 * chain.count("N") + chain.count("O") + (temperature - 300) / 20 + 3 * solvent
        print(f"{chain},{value:.3f},{temperature},{solvents[solvent]},{1 + row % 3},{row % 50},7,r{row}")
PYTHON

say "features and weights on any number of ranks"
given=(--features Temperature solvent --weights variance_inverse)
expect_exit 0 mpi_run 2 "$program" fit table.csv --target log_s "${given[@]}" --quick --output two
expect_message 'feature Temperature: numbers from 270' 'feature solvent: categories, 3 different'
expect_exit 0 "$program" fit table.csv --target log_s "${given[@]}" --quick --output one
expect "the same predictions" cmp one/predictions.csv two/predictions.csv
expect_exit 0 "$program" fit table.csv --target log_s --quick --output without
expect "features lower the error" python3 - <<'PYTHON'
import json

errors = [json.load(open(f"{run}/summary.json"))["targets"]["log_s"]["ensemble"]["mae_none"] for run in ("one", "without")]
raise SystemExit(0 if errors[0] < 0.3 * errors[1] else f"{errors}")
PYTHON

say "predictions need the columns"
printf 'smiles,temperature,solvent\nCCNO,300,water\nCCNO,320,water\nCCNO,300,hexane\nCCNO,,water\nCCNO,500,octanol\n' >new.csv
expect_exit 0 "$program" predict --model two/model.h5 --input new.csv --output predicted.csv
expect_message "Temperature is the column 'temperature'" '3 of 5 rows predicted' 'have values beyond theirs'
expect "an unknown category is named with those that are known" \
  grep -q "CCNO,300,hexane,.*not predicted: solvent 'hexane' is none of the training's: octanol, toluene, water" predicted.csv
expect "a missing number is named" grep -q "not predicted: '' is no value of Temperature" predicted.csv
expect "a number beyond the training's is told" grep -q "Temperature is outside of the training's 270 to 349" predicted.csv
printf 'smiles,temperature\nCCNO,300\n' >missing.csv
expect_exit 2 "$program" predict --model two/model.h5 --input missing.csv --output x.csv
expect_message "no column 'solvent'"
expect_exit 2 "$program" predict --model two/model.h5 CCNO
expect_message 'needs Temperature, solvent beside each text: give a table that has them with --input'
expect_exit 0 "$program" inspect two/model.h5
expect_message 'given:' 'categories: \["octanol","toluene","water"\]'

say "wrong input"
refused() { # MESSAGE OPTION...
  local message=$1
  shift
  expect_exit 2 "$program" fit table.csv --target log_s --quick --fresh --output refused "$@"
  expect_message "$message"
}
refused "no column 'solvant'" --features solvant
refused 'that column holds the SMILES' --features smiles
refused '--target names that column, too' --features log_s
refused 'same is 7 in every one' --features same
refused 'label has [0-9]* different texts in .* rows: these are names' --features label
refused 'bad_weight is the weight of rows, but no positive number in' --weights bad_weight
refused '--features names that column, too' --features same --weights same

finish
