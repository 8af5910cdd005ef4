#!/usr/bin/env bash
# Difference learning from end to end on molecules that ship with the project: the xTB gap is the cheap value, the DFT
# gap the measured one. The results do not depend on the number of ranks, nor on being stopped and resumed; the model
# predicts; wrong input is named.
#
# Usage: difference_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

# One row with an unreadable SMILES, one without the measured value, one without the cheap one, one molecule twice.
{
  printf 'smiles,gap_xtb_eV,gap_dft_eV,constant_eV,gap_xtb_meV\n'
  awk -F, -v OFS=, 'NR > 1 && $9 != "" {print $2, $4, $9, 1, $4 * 1000}' "$inputs/data/molecules.csv"
  printf '[[*]],7.1,7.2,1,7100\nCCCCCCCCCO,9.1,,1,9100\nCCCCCCCCCCO,,9.2,1,\nOCC,9.9,9.4,1,9900\n'
} >molecules.csv
cat >import.yaml <<'YAML'
stage: import
kind: molecules
source: molecules.csv
targets:
  - {column: gap_dft_eV, unit: eV}
  - {column: gap_xtb_eV, unit: eV}
  - {column: constant_eV, unit: eV}
  - {column: gap_xtb_meV, name: wrong_eV, unit: eV}   # a mistake: these are meV
duplicates: keep
max_rejected: 0.1
YAML
sed -e 's|^  file:.*|  file: rows/dataset.h5|' -e 's|trees: 50|trees: 10|' "$inputs/difference_molecules.yaml" >difference.yaml

say "import"
expect_exit 0 "$program" run import.yaml --output rows
expect_message 'Imported 303 of 304 rows'
expect "the unreadable row stands with its line and reason" grep -q '^302,.*syntax' rows/rejected.csv

say "the same results on any number of ranks"
for n in 1 2 4; do
  expect_exit 0 ranks "$n" "$program" run difference.yaml --output "on$n"
done
expect_message 'left out: 1 rows without gap_dft_eV, 1 without the cheap value' 'chosen$' 'p = '
for n in 2 4; do
  expect "predictions on $n ranks" cmp on1/predictions.csv "on$n/predictions.csv"
  expect "importances on $n ranks" cmp on1/importances.csv "on$n/importances.csv"
  expect "summary on $n ranks" cmp on1/summary.json "on$n/summary.json"
  expect_equal "model on $n ranks" "$(hash_of "on$n/model.h5")" "$(hash_of on1/model.h5)"
done
expect "the summary makes sense" python3 - <<'PYTHON'
import json

summary = json.load(open("on1/summary.json"))
assert summary["rows"] == 301, summary["rows"]
line = summary["cheap"]["cheap_linear"]["mae_eV"]
assert summary["cheap"]["cheap_alone"]["mae_eV"] > line
best = summary["best"]["mae_eV"]
assert best < 0.9 * line, (best, line)
for learner in ("random_forest", "kernel_ridge", "together"):
    for way, result in summary["learners"][learner].items():
        assert 0.75 < result["coverage"] <= 1, (learner, way, result)
        assert learner == "together" or len(result["chosen"]) == 5
assert -1 < summary["learners"]["random_forest"]["difference"]["spread_correlation"] < 1
PYTHON
expect "fragments are named" grep -qE 'random_forest,difference,morgan2_[0-9]+,[^,]+,0\.' on1/importances.csv
expect "a molecule that is there twice is in one fold" python3 - <<'PYTHON'
import collections
import csv

folds = collections.defaultdict(set)
for row in csv.DictReader(open("on1/predictions.csv")):
    folds[row["molecule"]].add(row["fold"])
assert all(len(fold) == 1 for fold in folds.values())
PYTHON

say "resumed with some results lost"
expect_exit 0 "$program" run difference.yaml --output again
before=$(stat -c %Y.%i again/jobs/random_forest-direct-fold00-seed1.h5)
rm again/jobs/kernel_ridge-*-fold03-*.h5
printf 'x' >again/jobs/kernel_ridge-direct-fold01-seed1.h5
cp again/jobs/kernel_ridge-direct-fold02-seed1.h5 again/jobs/kernel_ridge-direct-fold04-seed1.h5 # of another job
expect_exit 0 "$program" run difference.yaml --output again
expect_message 'the job is done again' '^[0-9]+ of [0-9]+ jobs are done already'
expect "the same predictions" cmp on1/predictions.csv again/predictions.csv
expect_equal "other jobs are kept" "$(stat -c %Y.%i again/jobs/random_forest-direct-fold00-seed1.h5)" "$before"

say "a further seed and a further way"
expect_exit 0 "$program" run difference.yaml --output again --set 'seeds=[1,2]' --set 'ways=[cheap_linear,difference,direct]'
expect_equal "finished jobs are kept" "$(stat -c %Y.%i again/jobs/random_forest-direct-fold00-seed1.h5)" "$before"
expect_exit 0 "$program" run difference.yaml --output again --set learners.random_forest.trees=11
expect "those of other settings are not" test "$(stat -c %Y.%i again/jobs/random_forest-direct-fold00-seed1.h5)" != "$before"

say "prediction"
cat >new.csv <<'CSV'
name,smiles,gap_xtb_eV,gap_dft_eV
first,CCCO,9.5,9.3
second,C1CC,9.5,
third,CCN,,
fourth,CC=C,30,
CSV
expect_exit 0 ranks 2 "$program" predict --model on1/model.h5 --input new.csv --output predicted.csv
expect_message '2 of 4 rows predicted' 'line 3: .C1CC.' 'MAE .* on 1 rows'
expect "what was not predicted says why" grep -q '^third,CCN,,,,,,,.*not predicted:.*gap_xtb_eV' predicted.csv
expect "a cheap value beyond those of the training is told" grep -q '^fourth.*outside of the training' predicted.csv
expect_exit 0 "$program" predict --model on1/model.h5 --input new.csv --output alone.csv
expect "the same on one rank" cmp predicted.csv alone.csv
cut -d, -f1,2 new.csv >without.csv
expect_exit 2 "$program" predict --model on1/model.h5 --input without.csv --output none.csv
expect_message "gap_xtb_eV"
expect_exit 0 "$program" inspect on1/model.h5
expect_message 'epitaxy table model' 'gap_xtb_eV' 'kernel_ridge|random_forest'

say "a table of the form of the source"
awk -F, 'BEGIN {print "structure,dft,calc"} NR > 1 && NR < 100 {print $1 "," $3 "," $5}' molecules.csv >source.csv
cat >import_source.yaml <<'YAML'
stage: import
kind: molecules
source: source.csv
smiles_column: structure
targets:
  - {column: dft, name: gap_dft, unit: eV}
  - {column: calc, name: gap_xtb, unit: meV, to: eV}
YAML
expect_exit 0 "$program" run import_source.yaml --output source_rows
expect_exit 0 "$program" run difference.yaml --output of_source --set data.file=source_rows/dataset.h5 --set data.measured=gap_dft \
  --set data.cheap=gap_xtb --set 'ways=[cheap_linear]' --set 'learners={ridge: {}}'
expect_exit 0 "$program" predict --model of_source/model.h5 --input source.csv --output source_predicted.csv
expect_message "^gap_xtb is the column 'calc', converted from meV to eV" "^gap_dft is the column 'dft'" \
  "against the input's column dft: MAE .* on 98 rows"
awk -F, -v OFS=, 'NR == 1 {print "smiles,gap_xtb"} NR > 1 {print $1, $3 / 1000}' source.csv >named.csv
expect_exit 0 "$program" predict --model of_source/model.h5 --input named.csv --output named_predicted.csv
expect "the same as by the names of the data set" python3 - <<'PYTHON'
import csv

first, second = (
    [float(row["gap_dft"]) for row in csv.DictReader(open(name))]
    for name in ("source_predicted.csv", "named_predicted.csv")
)
assert len(first) == 98
assert all(abs(a - b) < 1e-5 for a, b in zip(first, second))
PYTHON
sed 's/calc/other/' source.csv >other.csv
expect_exit 2 "$program" predict --model of_source/model.h5 --input other.csv --output none.csv
expect_message "other.csv: has neither a column 'gap_xtb' \(eV\) nor, as the source of the training data, 'calc' \(meV\)"
run_quietly "$program" run import_source.yaml --output other_rules --set radicals=keep
sed '/^folds:/d' difference.yaml >with_test.yaml
expect_exit 2 "$program" check with_test.yaml --set data.file=source_rows/dataset.h5 --set data.measured=gap_dft \
  --set data.cheap=gap_xtb --set 'test={file: other_rules/dataset.h5}'
expect_message "source_rows/dataset.h5 and other_rules/dataset.h5 were prepared by different rules \(radicals: repair / keep\)"

say "wrong input"
run_with() { "$program" run difference.yaml --output bad --fresh "$@"; }
expect_exit 2 run_with --set data.cheap=constant_eV
expect_message 'constant_eV is 1 in every one'
expect_exit 2 run_with --set 'seeds=[1,1]'
expect_message "'seeds': lists 1 twice: the same job would count as two"
expect_exit 2 run_with --set folds=500
expect_message 'too few for 500 folds'
expect_exit 2 run_with --set data.cheap=gap_xtb
expect_message 'gap_xtb_eV'
expect_exit 2 run_with --set 'learners={magic: {}}'
expect_message 'magic'
expect_exit 0 "$program" check difference.yaml --set data.cheap=wrong_eV
expect_message 'warning: gap_dft_eV = .* x wrong_eV .* are both in eV'
expect_exit 0 "$program" check difference.yaml

finish
