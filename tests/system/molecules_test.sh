#!/usr/bin/env bash
# The commands for molecules on a tiny model: predict, encode, decode, inspect. What they write agrees with each other
# and with the training's own figures, does not depend on the number of ranks, and bad input is told, not guessed at.
#
# Usage: molecules_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"
# Most commands here run on one rank: no daemon is started for them.
export OMPI_MCA_ess_singleton_isolated=1

train_model() {
  say "a tiny model"
  made_molecules
  run_quietly "$program" run import.yaml --set source=validation.csv --output import_validation
  local settings=(--set 'validation={file: import_validation/dataset.h5}'
    --set 'exclude=[{dataset: import/dataset.h5, rows: [2]}]' # the only bromine
    --set model.latent=8 --set training.epochs=40 --set evaluation.decoded_rows=1000)
  run_quietly "$program" run pretrain.yaml "${settings[@]}" --output run
  model=run/best.h5
  run_quietly "$program" run pretrain.yaml "${settings[@]}" --output selfies --set model.representation=selfies --set training.epochs=2
}

write_new() {
  cat >new.csv <<'CSV'
name,smiles
plain,CCO
another spelling,OCC
stereo,C[C@H](N)O
no stereo,CC(N)O
torn,C[C]([NH])O
whole,CC(=N)O
ring,C1CC
valence,C(C)(C)(C)(C)C
aromatic,c1cccc1
empty,
salt,CN.O
radical,C[CH2]
silicon,C[SiH2]CI
long,CCCCCCCCCCCCCCCCCCCCCCCC
bromine,CBr
short
CSV
}

# tells FILE VERB COLUMN: the warnings of new.csv, and values where there are some.
tells() { expect "$1 says of each row why" python3 "$here/check_molecules.py" warnings "$@"; }

test_predict() {
  say "predict"
  local predict=("$program" predict --model "$model")
  write_new
  expect_exit 0 "${predict[@]}" --input new.csv --output predicted.csv
  expect_equal "columns" "$(head -n 1 predicted.csv)" name,smiles,gap_eV,gap_eV_std,mu_D,mu_D_std,warning
  expect_message '^units: gap_eV in eV, mu_D in D$' '^7 of 16 rows predicted by 1 model' \
    '^warning: 9 rows not predicted, 1 hold tokens that the model never saw' \
    "^  line 8: 'C1CC': syntax: " '^  and 6 more$'
  tells predicted.csv predicted gap_eV
  expect_exit 0 "${predict[@]}" --input validation.csv --output validated.csv
  expect_message 'head gap against the input.s column gap_eV: MAE'
  expect_equal "columns" "$(head -n 1 validated.csv)" \
    smiles,gap_eV,mu_D,gap_eV_predicted,gap_eV_predicted_std,mu_D_predicted,mu_D_predicted_std,warning

  expect_exit 2 "${predict[@]}" --input new.csv --output predicted.csv --smiles-column smile
  expect_message "new.csv: has no column 'smile' \(did you mean 'smiles'\?\)"
  expect_exit 2 "${predict[@]}" --input new.csv --output predicted.csv --head gapp
  expect_message "no head 'gapp'.*did you mean 'gap'"
  printf 'smiles\nC1CC\nC(\n' >none.csv
  expect_exit 2 ranks 2 "${predict[@]}" --input none.csv --output predicted.csv
  expect_message "none of the 2 SMILES in column 'smiles' can be predicted" "line 3: 'C\('"
  expect_equal "2 ranks say it once" "$(grep -c 'none of the 2' "$out")" 1
}

test_encode() {
  say "encode"
  local encode=("$program" encode --model "$model")
  expect_exit 0 "${encode[@]}" --input new.csv --output new_latent.csv
  expect_message '^7 of 16 rows encoded into new_latent.csv' '^warning: 9 rows not encoded'
  expect_equal "columns" "$(head -n 1 new_latent.csv)" \
    name,smiles,z_000,z_001,z_002,z_003,z_004,z_005,z_006,z_007,warning
  tells new_latent.csv encoded z_000
  expect_exit 0 "${encode[@]}" --input new.csv --output new_latent.h5
  expect_exit 0 "$program" inspect new_latent.h5
  expect_message '^format: epitaxy latent$' '^rows: 7$' '^latent: 8$' "^model_hash: $(hash_of "$model")$"

  expect_exit 2 "${encode[@]}" --input new.csv --output latent.txt
  expect_message 'latent.txt: files of latent vectors end in .h5 or .csv'
  expect_exit 2 "${encode[@]}" --input new_latent.csv --output again.csv
  expect_message "new_latent.csv: has a column 'z_000' already"
  expect_exit 2 "${encode[@]}" --input none.csv --output none.h5
  expect_message "none of the 2 SMILES in column 'smiles' can be encoded"
  expect_exit 2 "${encode[@]}" --input nowhere.csv --output latent.h5
  expect_message 'nowhere.csv: no such file'
}

test_decode() {
  say "decode"
  local decode=("$program" decode --model "$model")
  expect_exit 0 "${decode[@]}" --input new_latent.h5 --output from_h5.csv
  expect_message '^units: gap_eV in eV, mu_D in D$' '^7 points decoded into from_h5.csv'
  expect_equal "columns" "$(head -n 1 from_h5.csv)" row,smiles,canonical,valid,cause,gap_eV,mu_D
  expect_exit 0 "${decode[@]}" --input new_latent.csv --output from_csv.csv
  expect_message '^warning: 9 rows have no latent vector'
  expect_equal "columns" "$(head -n 1 from_csv.csv)" \
    name,smiles,warning,smiles_decoded,canonical,valid,cause,gap_eV,mu_D
  expect "a row without a vector stays empty" grep -qE '^ring,C1CC,.*,,,0,no latent vector,,$' from_csv.csv
  expect_exit 0 "${decode[@]}" --input new_latent.h5 --output cold.csv --samples 1 --temperature 1e-6
  expect "cold draws are greedy" cmp <(cut -d, -f1,3- cold.csv) from_h5.csv

  expect_exit 0 "${decode[@]}" --input new_latent.h5 --output narrow.csv --beam 1
  expect "a beam of one is greedy" cmp narrow.csv from_h5.csv
  expect_exit 2 "${decode[@]}" --input new_latent.h5 --output decoded.csv --beam 2 --samples 2
  expect_message '--beam'

  printf 'z_000,z_001\n0,0\n' >few.csv
  expect_exit 2 "${decode[@]}" --input few.csv --output decoded.csv
  expect_message 'few.csv: the model needs 8 latent columns, z_000 to z_007; the table has 2 \(z_000 to z_001\)'
  expect_exit 2 "${decode[@]}" --input new.csv --output decoded.csv
  expect_message 'new.csv: the model needs 8 latent columns, z_000 to z_007; the table has none'
  sed '2s/,[-0-9.e]*,/,abc,/' new_latent.csv >broken.csv
  expect_exit 2 "${decode[@]}" --input broken.csv --output decoded.csv
  expect_message "broken.csv:2: 'abc' in the column z_000 is not a finite number"
  sed '2s/,[-0-9.e]*,/,,/' new_latent.csv >broken.csv
  expect_exit 2 "${decode[@]}" --input broken.csv --output decoded.csv
  expect_message "broken.csv:2: '' in the column z_000 is not a finite number"
  sed '3s/$/,1/' new_latent.csv >broken.csv
  expect_exit 2 "${decode[@]}" --input broken.csv --output decoded.csv
  expect_message 'broken.csv:3: has 12 fields, the header has 11'
  expect_exit 2 ranks 2 "${decode[@]}" --input nowhere.h5 --output decoded.csv
  expect_message 'nowhere.h5: no such file'
  expect_equal "2 ranks say it once" "$(grep -c 'no such file' "$out")" 1
  expect_exit 2 "${decode[@]}" --input import/dataset.h5 --output decoded.csv
  expect_message "dataset.h5: holds no latent vectors \('/mean'\)"
  expect_exit 2 "${decode[@]}" --input import.yaml --output decoded.csv
  expect_message 'import.yaml: files of latent vectors end in .h5 or .csv'
  expect_exit 2 "${decode[@]}" --input new_latent.h5 --output decoded.csv --samples 2 --temperature 0
  expect_message 'temperature 0: has to be above 0'
  expect_exit 2 "${decode[@]}" --input new_latent.h5 --output decoded.csv --samples 0
  expect_exit 2 "${decode[@]}" --input new_latent.h5 --output decoded.csv --temperature 0.5
  expect_message '--samples'

  # Wherever a file is damaged, it is refused or decoded to the same.
  local part code wrong=0
  for part in 0 20 40 60 80 98; do
    damage new_latent.h5 damaged.h5 "$part"
    code=0
    "${decode[@]}" --input damaged.h5 --output damaged.csv >"$out" 2>&1 || code=$?
    if [[ $code -ne 2 ]] && ! { [[ $code -eq 0 ]] && cmp -s damaged.csv from_h5.csv; }; then
      wrong=$((wrong + 1))
      show_output
    fi
  done
  expect_equal "damage that goes unnoticed" "$wrong" 0
  head -c 5000 new_latent.h5 >damaged.h5
  expect_exit 2 "${decode[@]}" --input damaged.h5 --output decoded.csv
  expect_message 'damaged.h5: the file is damaged'
}

# damage FILE COPY PERCENT: a copy with the lowest bit of 64 bytes flipped, at this part of its size.
damage() {
  python3 - "$@" <<'PYTHON'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at = len(data) * int(sys.argv[3]) // 100
data[at : at + 64] = bytes(byte ^ 1 for byte in data[at : at + 64])
open(sys.argv[2], "wb").write(data)
PYTHON
}

test_other_models() {
  say "other models"
  train_composition_net
  expect_exit 2 "$program" encode --model composition/best.h5 --input new.csv --output latent.h5
  expect_message 'composition/best.h5 holds a model of kind composition_net, which has no latent space and no decoder'
  expect_exit 2 "$program" decode --model composition/best.h5 --input new_latent.h5 --output decoded.csv
  expect_message 'composition/best.h5 holds a model of kind composition_net, which has no latent space and no decoder'
  expect_exit 2 "$program" predict --model composition/best.h5 --input new.csv --output predicted.csv
  expect_message "new.csv: has no column 'formula'"
  expect_exit 2 "$program" decode --model nowhere.h5 --input new_latent.h5 --output decoded.csv
  expect_message 'nowhere.h5: no such file'
  damage "$model" damaged.h5 50
  expect_exit 2 "$program" encode --model damaged.h5 --input new.csv --output latent.h5
  expect_message 'damaged.h5.* is damaged'

  expect_exit 0 "$program" decode --model selfies/best.h5 --input new_latent.h5 --output decoded.csv
  expect_message '^warning: new_latent.h5 was encoded by another model than selfies/best.h5'
  expect_exit 0 "$program" predict --model selfies/best.h5 --input new.csv --output predicted.csv
  expect "tokens of SELFIES are named" grep -qF ',not predicted: the model does not know [SiH2] [I]' predicted.csv
  expect_exit 0 "$program" encode --model selfies/best.h5 --input validation.csv --output selfies.h5
  expect_exit 0 "$program" decode --model selfies/best.h5 --input selfies.h5 --output decoded.csv
  expect_message '30 molecules, 30 of them valid \(100.00 %\)'
}

# Predictions, latent vectors and decoded molecules belong together.
test_agreement() {
  say "what the commands write agrees"
  run_quietly "$program" encode --model "$model" --input validation.csv --output validation_latent.csv
  run_quietly "$program" encode --model "$model" --input validation.csv --output validation_latent.h5
  run_quietly "$program" decode --model "$model" --input validation_latent.csv --output decoded_csv.csv
  run_quietly "$program" decode --model "$model" --input validation_latent.h5 --output decoded_h5.csv
  expect "encoded, decoded, predicted and trained" python3 "$here/check_molecules.py" agreement
}

test_ranks() {
  say "ranks"
  # More rows than two chunks hold, readable or not.
  { cat training.csv && sed '1d; s/^[^,]*,//; s/$/,,/' new.csv && sed 1d validation.csv && sed 1d training.csv; } >many.csv
  local count
  for count in 1 2; do
    run_quietly ranks "$count" "$program" predict --model "$model" --input many.csv --output "many-$count/predicted.csv"
    run_quietly ranks "$count" "$program" encode --model "$model" --input many.csv --output "many-$count/latent.csv"
    run_quietly ranks "$count" "$program" encode --model "$model" --input many.csv --output "many-$count/latent.h5"
    run_quietly ranks "$count" "$program" decode --model "$model" --input many-1/latent.csv \
      --output "many-$count/decoded.csv"
    run_quietly ranks "$count" "$program" decode --model "$model" --input many-1/latent.h5 \
      --output "many-$count/drawn.csv" --samples 3 --temperature 0.8 --seed 5
  done
  expect "two ranks write the same files as one" diff -rq many-1 many-2
  expect_equal "three draws a point" "$(tail -n +2 many-1/drawn.csv | cut -d, -f2 | sort | uniq -c | awk '{print $1}')" \
    "$(printf '639\n639\n639')"
  run_quietly "$program" decode --model "$model" --input many-1/latent.h5 --output drawn.csv --samples 3 \
    --temperature 0.8 --seed 6
  expect "another seed draws others" test -n "$(cmp drawn.csv many-1/drawn.csv)"
}

# Diradicals have a gap of 1 eV, the molecules that a repair would make of them 7 eV.
test_preparation() {
  say "the rules of the training data"
  local i j
  {
    echo structure,gap_eV
    for i in C CC CCC CCCC O OC; do
      for j in C CC CCC CCCC CO CCO; do
        printf '%s[CH][CH]%s,1\n%s%s=C%s,7\n' "$i" "$j" "$i" C "$j"
      done
    done
  } >radicals.csv
  run_quietly "$program" run import.yaml --output kept --set source=radicals.csv --set smiles_column=structure \
    --set radicals=keep --set fragments=largest --set 'targets=[{column: gap_eV, unit: eV}]'
  local pretrain=("$program" run pretrain.yaml --set 'data=[{file: kept/dataset.h5, head: gap}]')
  run_quietly "${pretrain[@]}" --output kept_model
  printf '%s\n' name,structure 'diradical,CC[CH][CH]C' alkene,CCC=CC 'radical,C[CH2]' 'salt,CC[CH][CH]C.O' >kinds.csv
  expect_exit 0 "$program" predict --model kept_model/best.h5 --input kinds.csv --output kinds_predicted.csv
  expect "radicals stay what they are" python3 - <<'PYTHON'
import csv

rows = {row["name"]: row for row in csv.DictReader(open("kinds_predicted.csv"))}
gap = {name: float(row["gap_eV"]) for name, row in rows.items() if row["gap_eV"]}
assert gap["diradical"] < gap["alkene"] - 2, gap
assert gap["salt"] == gap["diradical"], gap
assert "does not know [CH2]" in rows["radical"]["warning"], rows["radical"]
PYTHON
  expect_exit 0 "$program" inspect kept_model/best.h5
  expect_message '^    column: structure$' '^    radicals: keep$' '^    fragments: largest$'

  expect_exit 2 "${pretrain[@]}" --output refused --set 'validation={file: import_validation/dataset.h5}'
  expect_message 'kept/dataset.h5 and import_validation/dataset.h5 were prepared by different rules' \
    '\(radicals: keep / repair, fragments: largest / reject\): import import_validation/dataset.h5 again'
  expect_exit 2 "${pretrain[@]}" --output refused --set 'exclude=[{dataset: import/dataset.h5}]'
  expect_message 'kept/dataset.h5 and import/dataset.h5 were prepared by different rules'
}

test_inspect() {
  say "inspect"
  expect_exit 0 "$program" inspect "$model"
  expect_message '^  kind: molecule_vae$' '^  representation: tokens$' '^    count: [0-9]+$' '"Br"' '^  length: 20$' \
    '^  latent: 8$' '^    channels: \[8,8\]$' '^    kernels: \[3,3\]$' '^    kind: autoregressive$' '^    cells: 32$' \
    '^    dipole:$' '^      unit: D$'
  expect_equal "no widths of another kind" "$(grep -c -e widths -e elements_seen "$out")" 0
}

train_model
test_predict
test_encode
test_decode
test_agreement
test_ranks
test_inspect
test_preparation
test_other_models

finish
