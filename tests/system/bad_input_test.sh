#!/usr/bin/env bash
# Wrong input ends in exit code 2 and a message that says what is wrong, where, and what to do; nothing is read wrongly
# in silence, and what was there before stays.
#
# Usage: bad_input_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

import_yaml() {
  cat >import.yaml <<'YAML'
stage: import
source: table.csv
targets:
  - {column: energy, unit: eV/atom}
max_rejected: 0.5
YAML
}

# import_table EXIT_CODE TEXT...: imports a table of these lines.
import_table() {
  local code=$1
  shift
  printf '%s\n' "$@" >table.csv
  rm -rf imported
  expect_exit "$code" "$program" run import.yaml --output imported
}

# rejected LINE REASON: rejected.csv names the line and matches the reason.
rejected() {
  if grep -qE "^$1,.*$2" imported/rejected.csv; then
    ok "rejected.csv, line $1: $2"
  else
    not_ok "rejected.csv, line $1: $2"
    sed 's/^/      /' imported/rejected.csv
  fi
}

# state_of FOLDER: what its progress.json says of the stage.
state_of() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["state"])' "$1/progress.json"; }

test_rows() {
  say "rows of a table"
  import_table 0 formula,energy NaCl,-2.1 Xx2O,-1 ,-1 MgO,abc CaO,nan KCl,inf LiF TiO2,-3.2 'Fe(O,1' Na+,1 SiO2,-3 \
    Al2O3,-3.4 ZnO,-1.8 FeO,-1.4 CuO,-0.8 NiO,-1.2
  rejected 3 'Xx'
  rejected 4 '[Ee]mpty'
  rejected 5 'energy.* is not a number: .*abc'
  rejected 6 'energy.* is missing: .*nan'
  rejected 7 'energy.* is not a finite number: .*inf'
  rejected 8 'has 1 fields, the header has 2'
  rejected 10 '\('
  rejected 11 'charge'
  expect "the others were kept" grep -qE '"rows": 8,' imported/summary.json
  expect_message '16 rows|8 of 16 rows' '8 rejected'
  expect_equal "progress.json" "$(state_of imported)" "done"

  sed -i 's/max_rejected: .*/max_rejected: 0.1/' import.yaml
  import_table 2 formula,energy NaCl,-2.1 Xx2O,-1 MgO,abc TiO2,-3.2
  expect_message 'table.csv: 2 of 4 rows were rejected \(50 %; max_rejected allows 10 %\)' 'line 3: .*Xx' \
    "line 4: .*abc" 'imported/rejected.csv'
  expect "no data set was written" test ! -e imported/dataset.h5
  expect_equal "progress.json" "$(state_of imported)" failed
  expect_exit 2 "$program" check import.yaml
  expect_message 'max_rejected allows 10 %'
  expect_exit 2 ranks 2 "$program" run import.yaml --output imported
  expect_equal "progress.json of two ranks" "$(state_of imported)" failed
  run_quietly "$program" run import.yaml --output imported --set max_rejected=0.5
  expect_equal "progress.json when it went well after all" "$(state_of imported)" "done"
}

test_tables() {
  say "tables"
  import_table 2 formula,enrgy,temperature NaCl,-2.1,300
  expect_message "table.csv: has no column 'energy' \(did you mean 'enrgy'\?\); its columns are: formula, enrgy, temperature"
  import_table 2 formula,energy
  expect_message 'table.csv: has a header but no rows'
  : >table.csv
  expect_exit 2 "$program" run import.yaml --output imported
  expect_message 'table.csv: the file is empty'
  import_table 2 formula,energy,energy NaCl,1,2
  expect_message "table.csv:1: the column 'energy' occurs twice"
  import_table 2 formula,energy 'NaCl,"1'
  expect_message 'table.csv:2: field 2 starts with a quote that is never closed'
  printf 'formula,energy\nNaCl,\0\n' >table.csv
  expect_exit 2 "$program" run import.yaml --output imported
  expect_message 'table.csv:2: is not a text file'
  rm table.csv
  expect_exit 2 "$program" run import.yaml --output imported
  expect_message 'table.csv: no such file'
  mkdir table.csv
  expect_exit 2 "$program" run import.yaml --output imported
  expect_message 'table.csv: is a folder'
  rmdir table.csv

  gzip -c pauling.csv >whole.csv.gz
  local size cut
  size=$(stat -c %s whole.csv.gz)
  local set=(--set source=cut.csv.gz --set targets.0.column=formation_energy_eV_atom --output imported)
  for cut in $((size / 2)) $((size - 4)) 15; do
    head -c "$cut" whole.csv.gz >cut.csv.gz
    expect_exit 2 "$program" run import.yaml "${set[@]}"
    expect_message 'cut.csv.gz: the gzip file is cut off .*line [0-9]+\); copy it again'
  done
  cp whole.csv.gz cut.csv.gz
  printf 'damaged' | dd of=cut.csv.gz bs=1 seek=$((size / 2)) conv=notrunc status=none
  expect_exit 2 "$program" run import.yaml "${set[@]}"
  expect_message 'cut.csv.gz: cannot be read after [0-9]+ bytes of text \(line [0-9]+\)'
  cp whole.csv.gz cut.csv.gz
  expect_exit 0 "$program" run import.yaml "${set[@]}"
}

test_yaml() {
  say "stage files"
  cat >bad.yaml <<'YAML'
stage: pretrain
data:
  - {file: x.h5, head: a, heda: b}
epochs: 3
training:
  epochs: 5
  epochs: 6
  batchsize: 12
  loss: mea
  batch: many
  learning_rate: {peek: 0.1}
checkpoint: {every_minutes: -1}
YAML
  local command
  for command in run check; do
    expect_exit 2 "$program" "$command" bad.yaml
    expect_message '^epitaxy: bad.yaml: 9 problems$' "^bad.yaml:1: 'model' lacks 'kind'" \
      "^bad.yaml:3: unknown key 'heda' in 'data.0'; did you mean 'head'\?" \
      "^bad.yaml:4: unknown key 'epochs'" "^bad.yaml:7: .*epochs.*" "^bad.yaml:8: unknown key 'batchsize' in 'training'" \
      "^bad.yaml:9: 'training.loss' must be one of mae, mse, huber, not 'mea'; did you mean 'mae'\?" \
      "^bad.yaml:10: 'training.batch' must be a whole number, not 'many'" \
      "^bad.yaml:11: unknown key 'peek' in 'training.learning_rate'; did you mean 'peak'\?" \
      "^bad.yaml:12: 'checkpoint.every_minutes' must lie between"
  done
  expect_exit 2 ranks 2 "$program" run bad.yaml
  expect_equal "2 ranks say it once" "$(grep -c "unknown key 'heda'" "$out")" 1
  expect_equal "in order, not by an abort" "$(grep -c 'MPI_ABORT' "$out")" 0

  printf 'stage: pretrian\ndata: []\n' >bad.yaml
  expect_exit 2 "$program" run bad.yaml
  expect_message "bad.yaml:1: 'stage' must be one of import, pretrain, .*, compare, not 'pretrian'; did you mean 'pretrain'\?"
  printf 'stage: [pretrain\n' >bad.yaml
  expect_exit 2 "$program" run bad.yaml
  expect_message 'bad.yaml:[0-9]+'
  printf 'data: []\n' >bad.yaml
  expect_exit 2 "$program" run bad.yaml
  expect_message "bad.yaml is neither a stage file \(key 'stage'\) nor a workflow \(key 'workflow'\)"
  expect_exit 2 "$program" run nowhere.yaml
  expect_message 'cannot read nowhere.yaml: No such file'
  expect_exit 2 "$program" run import.yaml --set max_rejceted=0.1
  expect_message "--set max_rejceted: unknown key 'max_rejceted'; did you mean 'max_rejected'\?"
  expect_exit 2 "$program" run import.yaml --set max_rejected
  expect_message '--set max_rejected: expected key=value'
  # shellcheck disable=SC2016  # expanded by the program
  expect_exit 2 "$program" run import.yaml --set 'source=${NOT_SET_ANYWHERE}/x.csv'
  expect_message 'NOT_SET_ANYWHERE'
  expect_exit 2 "$program" fly
  expect_exit 2 "$program" run

  cat >workflow.yaml <<'YAML'
workflow: bad
stages:
  - {name: import, file: "${HERE}/import.yaml"}
  - {name: import, file: "${HERE}/import.yaml", rank: 2}
YAML
  expect_exit 2 "$program" run workflow.yaml
  expect_message "workflow.yaml:4: .*name of an earlier stage" "workflow.yaml:4: unknown key 'rank' in 'stages.1'; did you mean 'ranks'\?"
}

write_pretrain() {
  cat >pretrain.yaml <<'YAML'
stage: pretrain
data: [{file: "${WORKFLOW}/import_pauling/dataset.h5", head: pauling}]
validation: {fraction: 0.1}
model: {kind: composition_net, widths: [32, 16]}
training: {epochs: 4, batch: 64, shards: 2, precision: float32}
checkpoint: {every_minutes: 0.0001}
YAML
}

test_data_of_a_stage() {
  say "data and ranks"
  local run=("$program" run pretrain.yaml --output run)
  expect_exit 2 "${run[@]}" --set data.0.file=nowhere.h5
  expect_message 'nowhere.h5: no such file'
  expect_exit 2 "${run[@]}" --set data.0.file=pauling.csv
  expect_message 'pauling.csv: cannot be opened as an HDF5 file'
  expect_exit 2 "${run[@]}" --set data.0.target=formation_energy
  expect_message "dataset.h5: holds no target 'formation_energy'.*it holds: formation_energy_eV_atom"
  head -c 20000 import_pauling/dataset.h5 >cut.h5
  expect_exit 2 "${run[@]}" --set data.0.file=cut.h5
  expect_message 'cut.h5: the data set is damaged; import it again'
  expect_exit 2 "${run[@]}" --set training.batch=65
  expect_message 'a batch of 65 cannot be cut into 2 equal shards'
  expect_exit 2 ranks 3 "${run[@]}"
  expect_message '^epitaxy: 3 ranks but only 2 gradient shards: start at most 2 ranks'
  expect_equal "3 ranks say it once" "$(grep -c 'gradient shards: start' "$out")" 1
  expect "no checkpoint was begun" test ! -e run/checkpoint.h5
}

test_divergence() {
  say "a training that diverges"
  local set=(--set training.epochs=20 --set training.loss=mse --set training.gradient_clip=0 --set "training.optimizer={kind: sgd}"
    --set "training.learning_rate={schedule: constant, peak: 10}")
  expect_exit 1 ranks 2 "$program" run pretrain.yaml --output diverged "${set[@]}"
  expect_message 'the loss or its gradient was not a finite number for [0-9]+ steps in a row .*training.gradient_clip'
  expect_equal "progress.json" "$(state_of diverged)" failed
  expect "it says how far the training was" python3 - <<'PYTHON'
import json

progress = json.load(open("diverged/progress.json"))
assert progress["stage"] == "pretrain" and progress["unit"] == "step", progress
assert 0 < progress["done"] < progress["total"], progress
PYTHON
}

test_output_folder() {
  say "output folders"
  : >a_file
  expect_exit 2 "$program" run pretrain.yaml --output a_file/run
  expect_message 'cannot create the folder a_file/run: Not a directory'
  expect_exit 2 ranks 2 "$program" run pretrain.yaml --output a_file/run
  expect_equal "2 ranks say it once" "$(grep -c 'cannot create the folder' "$out")" 1

  # A read-only file system stops root, too; nobody else sees the mount.
  local namespace=(unshare --mount)
  [[ $(id -u) -eq 0 ]] || namespace+=(--map-root-user)
  mkdir read_only
  # shellcheck disable=SC2016  # expanded by the inner shell
  local mounted=("${namespace[@]}" sh -c 'mount -t tmpfs -o ro epitaxy_test "$0" && exec "$@"' "$work/read_only")
  if "${mounted[@]}" true 2>/dev/null; then
    expect_exit 2 "${mounted[@]}" "$program" run pretrain.yaml --output read_only
    expect_message 'cannot write in the folder read_only: Read-only file system'
    expect_exit 2 "${mounted[@]}" "$program" run pretrain.yaml --output read_only/run
    expect_message 'cannot create the folder read_only/run: Read-only file system'
  else
    say "no file system can be mounted here: a read-only one is not tested"
  fi
}

# damage FILE OFFSET: flips all bits of 64 bytes.
damage() {
  python3 - "$@" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]))
    old = file.read(64)
    file.seek(int(sys.argv[2]))
    file.write(bytes(byte ^ 255 for byte in old))
PYTHON
}

cut_short() { truncate -s "$(($(stat -c %s "$1") * $2 / 100))" "$1"; }

test_checkpoints() {
  say "checkpoints that do not fit"
  local run=("$program" run pretrain.yaml --output run) reference offset size how
  run_quietly "${run[@]}"
  reference=$(hash_of run/checkpoint.h5)
  cp -r run whole
  expect_exit 2 "${run[@]}" --set "model.widths=[64, 16]"
  expect_message 'the checkpoint in run was made with other settings' '^ *checkpoint:.*32' '^ *input: .*64' \
    'Use another --output, or --fresh'
  expect_exit 2 ranks 2 "${run[@]}" --set training.seed=7
  expect_message 'the checkpoint in run was made with other settings' '^ *checkpoint: +training.seed: .default.' '^ *input: +training.seed: 7'
  expect_exit 2 "${run[@]}" --set choose_by=last
  expect_message 'the checkpoint in run was made with other settings' '^ *input: +choose_by: last'
  expect_exit 2 "${run[@]}" --set "exclude=[{dataset: $work/import_measured/dataset.h5}]"
  expect_message 'the checkpoint in run ' 'Use another --output, or --fresh'

  cp import_pauling/dataset.h5 before.h5
  sed -i '2s/,.*/,-1.25/' pauling.csv
  run_quietly "$program" run "$inputs/import_pauling.yaml" --set max_rejected=0.1 --output import_pauling
  expect_exit 2 "${run[@]}"
  expect_message 'the data set .*import_pauling/dataset.h5 has changed since the checkpoint in run was made' \
    'Use another --output, or --fresh'
  mv before.h5 import_pauling/dataset.h5
  expect_equal "the checkpoint is untouched" "$(hash_of run/checkpoint.h5)" "$reference"

  say "damaged checkpoints"
  size=$(stat -c %s run/checkpoint.h5)
  for how in "cut_short 99" "cut_short 50" "cut_short 0" "damage 0" "damage $((size / 3))" "damage $((size / 2))"; do
    rm -r run
    cp -r whole run
    # The first word is the function, the second its argument.
    "${how% *}" run/checkpoint.h5 "${how#* }"
    expect_exit 2 "$program" inspect run/checkpoint.h5
    expect_exit 0 "${run[@]}"
    expect_message '^warning: run/checkpoint.h5.*; going on from run/checkpoint.previous.h5' '^resuming run'
    expect_equal "$how: the hash in the end" "$(hash_of run/checkpoint.h5)" "$reference"
  done
  rm -r run
  cp -r whole run
  cut_short run/checkpoint.h5 50
  damage run/checkpoint.previous.h5 $((size / 2))
  expect_exit 2 "${run[@]}"
  expect_message 'no readable checkpoint in run: .*checkpoint.h5.*; .*checkpoint.previous.h5.*Restore one, or start anew with --fresh'
  expect_exit 0 "${run[@]}" --fresh
  expect_equal "--fresh: the hash" "$(hash_of run/checkpoint.h5)" "$reference"

  # Wherever a checkpoint is damaged, reading it never crashes and never gives other content.
  local codes="" wrong=0 code
  for ((offset = 0; offset < size; offset += size / 25)); do
    cp whole/checkpoint.h5 damaged.h5
    damage damaged.h5 "$offset"
    code=0
    "$program" inspect damaged.h5 --hash >"$out" 2>&1 || code=$?
    if [[ $code -eq 0 && $(cat "$out") != "$reference" ]] || [[ $code -ne 0 && $code -ne 2 ]]; then
      wrong=$((wrong + 1))
      printf '      damage at %s: exit code %s\n' "$offset" "$code"
      show_output
    fi
    codes+=" $code"
  done
  expect_equal "damage that goes unnoticed (exit codes:$codes)" "$wrong" 0
}

test_models() {
  say "models"
  run_quietly "$program" run pretrain.yaml --output run
  cp run/best.h5 m.h5
  local predict=("$program" predict --output predicted.csv)
  printf 'name,formula,temperature\nsalt,NaCl,300\nxenon fluoride,XeF2,1\nbroken,NaClx,2\n"a, b",TiO2,3\nempty,,4\nnoble,HeO,5\nshort,MgO\n' >new.csv
  expect_exit 0 "${predict[@]}" --model run/best.h5 --input new.csv
  expect_message '4 rows not predicted, 1 hold elements that the model never saw'
  expect_equal "columns" "$(head -n 1 predicted.csv)" \
    "name,formula,temperature,formation_energy_eV_atom,formation_energy_eV_atom_std,warning"
  expect_equal "rows" "$(wc -l <predicted.csv)" 8
  expect "a row that is fine has a value and no warning" grep -qE '^salt,NaCl,300,-?[0-9.e-]+,,$' predicted.csv
  expect "an element that was never seen is told" \
    grep -qE '^xenon fluoride,XeF2,1,-?[0-9.e-]+,,never seen in training: Xe$' predicted.csv
  expect "a broken formula is not predicted" grep -qE '^broken,NaClx,2,,,"?not predicted: .*x' predicted.csv
  expect "quoted fields stay quoted" grep -qE '^"a, b",TiO2,3,-?[0-9]' predicted.csv
  expect "an empty formula is not predicted" grep -qE '^empty,,4,,,not predicted: ' predicted.csv
  expect "an element outside the model is not predicted" grep -qE '^noble,HeO,5,,,"?not predicted: .*He' predicted.csv
  expect "a short row is not predicted" grep -qE '^short,MgO,,,,"?not predicted: .*2 fields.* 3' predicted.csv

  expect_exit 0 "${predict[@]}" --model run/checkpoint.h5 --input new.csv
  expect_exit 2 "${predict[@]}" --model run/best.h5 --input new.csv --column fromula
  expect_message "new.csv: has no column 'fromula' \(did you mean 'formula'\?\)"
  expect_exit 2 "${predict[@]}" --model run/best.h5 --input new.csv --head poling
  expect_message "poling" "pauling"
  expect_exit 2 "${predict[@]}" --model nowhere.h5 --input new.csv
  expect_message 'nowhere.h5: no such file'
  expect_exit 2 "${predict[@]}" --model import_pauling/dataset.h5 --input new.csv
  expect_message 'dataset.h5 holds no model'
  expect_exit 2 "${predict[@]}" --model new.csv --input new.csv
  expect_message 'new.csv: cannot be opened as an HDF5 file'
  expect_exit 2 "${predict[@]}" --model run/best.h5 --input nowhere.csv
  expect_message 'nowhere.csv: no such file'
  printf 'formula\nXx\n' >none.csv
  expect_exit 2 "${predict[@]}" --model run/best.h5 --input none.csv
  expect_message 'none of the 1 formulas in column .formula. can be predicted'
  expect_exit 2 "$program" predict --model run/best.h5 --input new.csv --output a_file/predicted.csv
  expect_message 'cannot create the folder a_file'
  damage run/best.h5 $(($(stat -c %s run/best.h5) / 2))
  expect_exit 2 "${predict[@]}" --model run/best.h5 --input new.csv
  expect_message 'run/best.h5.* is damaged'
  expect_exit 2 "$program" inspect new.csv
  expect_message 'new.csv'
}

test_outputs() {
  say "results"
  printf 'formula\nMgO\n' >in.csv
  ln -sf in.csv link.csv
  local output predict=("$program" predict --model m.h5 --input in.csv --output)
  for output in m.h5 in.csv link.csv . out.h5 ''; do
    expect_exit 2 "${predict[@]}" "$output"
  done
  expect_exit 0 "$program" inspect m.h5
  expect_equal "the input stays" "$(head -n 1 in.csv)" formula
  expect_exit 1 "${predict[@]}" /dev/full
  expect_message '/dev/full: cannot be written: it is a device'
  expect_exit 1 bash -c '"$0" inspect m.h5 >/dev/full' "$program"
  expect_message 'cannot write to standard output: No space left on device'
}

test_finetune() {
  say "finetune"
  rm -rf run
  run_quietly "$program" run pretrain.yaml --output run
  cat >finetune.yaml <<'YAML'
stage: finetune
data: {file: "${WORKFLOW}/import_measured/dataset.h5"}
pretrained: run/best.h5
head: {name: measured, start_from: pauling}
folds: 2
training: {epochs: 1}
variants: {direct: {}, fine_tune: {}}
YAML
  local run=("$program" run finetune.yaml --output tuned)
  expect_exit 2 "${run[@]}" --set pretrained=nowhere.h5
  expect_message 'nowhere.h5: no such file'
  expect_exit 2 "${run[@]}" --set head.start_from=poling
  expect_message 'poling' 'pauling'
  expect_exit 2 "${run[@]}" --set 'variants.fine_tune.freeze=["boody.*"]'
  expect_message "variant fine_tune: no parameter matches 'boody.\*'"
  expect_exit 2 ranks 2 "${run[@]}" --set 'variants.fine_tune.freeze=["*"]'
  expect_message 'variant fine_tune: every parameter is frozen'
  expect_exit 2 "${run[@]}" --set folds=5000
  expect_message 'fold'
  expect_exit 2 "${run[@]}" --set data.target=enthalpy
  expect_message "holds no target 'enthalpy'"
  expect_exit 0 ranks 2 "${run[@]}"
}

import_yaml
import_pauling 1000
import_measured
test_rows
test_tables
test_yaml
write_pretrain
test_data_of_a_stage
test_divergence
test_output_folder
test_checkpoints
test_models
test_outputs
test_finetune

finish
