#!/usr/bin/env bash
# Import of molecules with the built program: every kind of bad row is named, any number of ranks gives the same files,
# what is wrong with a stage file is said once, and `inspect` shows what came out.
#
# Usage: import_molecules_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

import_yaml() {
  cat >import.yaml <<'YAML'
stage: import
kind: molecules
source: table.csv
targets:
  - {column: gap_Ha, name: gap_eV, unit: Ha, to: eV}
  - {column: mu, unit: D}
max_rejected: 0.5
YAML
}

# rejected LINE REASON: rejected.csv names the line and matches the reason.
rejected() { expect "rejected.csv, line $1: $2" grep -qE "^$1,.*$2" imported/rejected.csv; }

shows() { expect "inspect shows $2" grep -qE -- "$2" "$1"; }

test_rows() {
  say "rows of a table"
  printf '%s\n' smiles,gap_Ha,mu OCC,0.3,1.7 C1CC,0.1,1 'C(C)(C)(C)(C)C,0.1,1' c1cccc1,0.1,1 ,0.1,1 '[Na+].[Cl-],0.1,1' \
    'C[CH2],0.1,1' CC,abc,1 CC,0.1 'CC1C[C]([NH])O1,0.2,' CCO,0.5, c1ccccc1,0.25,0 'C[N+](=O)[O-],0.2,3.5' CC#N,,3.9 \
    O,0.4,1.85 C=O,0.3,2.3 F/C=C/F,0.3,0 'NC1CC1*,0.3,' >table.csv
  expect_exit 0 ranks 2 "$program" run import.yaml --output imported
  expect_message 'Imported 9 of 18 rows of table.csv: 8 rejected, 0 filtered out, 1 merged' \
    'repaired: 1 .*; without SELFIES: 1' 'gap_eV: 8 values'
  rejected 3 'syntax: unclosed ring'
  rejected 4 'valence: Explicit valence for atom # 0 C, 5'
  rejected 5 'kekulization'
  rejected 6 'the SMILES is empty'
  rejected 7 'a salt or mixture of 2 fragments'
  rejected 8 'a radical with 1 unpaired electron'
  rejected 9 "'gap_Ha' is not a number: 'abc'"
  rejected 10 'has 2 fields, the header has 3'
  expect "the repair is counted" grep -qE '"repaired": 1,' imported/summary.json
  expect "config.yaml names the kind" grep -qx 'kind: molecules' imported/config.yaml

  "$program" inspect imported/dataset.h5 >shown
  shows shown '^kind: molecule$'
  shows shown '^rows: 9$'
  shows shown '^  selfies:$'
  shows shown '^    molecules: 8$'
  shows shown '^    symbols: .*"\[N\+\]"'
  shows shown '^    unit: eV$'
  shows shown '^    values: 7$'
}

test_ranks() {
  say "any number of ranks"
  local count name
  for count in 1 3; do
    run_quietly ranks "$count" "$program" run import.yaml --output "ranks$count"
    for name in dataset.h5 rejected.csv; do
      expect "$name of $count ranks is that of 2" cmp -s "imported/$name" "ranks$count/$name"
    done
  done
}

test_options() {
  say "options"
  expect_exit 0 "$program" run import.yaml --output changed --set radicals=keep --set stereo=keep \
    --set fragments=largest --set duplicates=keep --set max_heavy_atoms=5
  expect_message 'Imported 10 of 18 rows of table.csv: 6 rejected, 2 filtered out, 0 merged'
  printf 'OCC ethanol\nC1CC\nCCC\n' | gzip >table.smi.gz
  expect_exit 0 "$program" run import.yaml --output names --set source=table.smi.gz --set 'targets=[]'
  expect_message 'Imported 2 of 3 rows'
  expect_exit 0 ranks 2 "$program" check import.yaml
  expect_message '18 rows read, 9 kept, 8 rejected, 1 merged'
}

test_errors() {
  say "errors"
  expect_exit 2 ranks 2 "$program" run import.yaml --output failed --set targets.1.column=dipole
  expect_message "table.csv: has no column 'dipole'"
  expect_equal "2 ranks say it once" "$(grep -c "has no column 'dipole'" "$out")" 1
  expect_exit 2 ranks 2 "$program" run import.yaml --output failed --set max_rejected=0.1
  expect_message '8 of 18 rows were rejected' 'line 3: syntax: unclosed ring' 'failed/rejected.csv'
  expect "no data set was written" test ! -e failed/dataset.h5
  printf '%s\n' smiles,gap_Ha,mu CC,0.3, CCO,0.2, >table.csv
  expect_exit 2 ranks 2 "$program" run import.yaml --output failed
  expect_message "the column 'mu' of target 'mu' has no value in any of the 2 rows"
  expect_exit 2 "$program" run import.yaml --output failed --set formula_column=smiles --set stereo=none
  expect_message "'formula_column' is a key of 'kind: compositions' alone" "'stereo' must be one of remove, keep, not 'none'"
}

test_shipped_table() {
  say "the table of boiling points that ships"
  expect_exit 0 "$program" run import.yaml --output boiling --set "source=$root/inputs/fit/boiling_points.csv" \
    --set 'targets=[{column: boiling_point_K, unit: K}]' --set max_rejected=0
  expect_message 'Imported 452 of 452 rows .*: 0 rejected, 0 filtered out, 0 merged' 'from 111.7 to 627.9'
}

import_yaml
test_shipped_table
test_rows
test_ranks
test_options
test_errors

finish
