#!/usr/bin/env bash
# What is chosen by errors on validation rows: with few labels, in any order of the variants, with heads in different
# units, and never by an error that does not exist; and rows that the start model has seen are told.
# Usage: choice_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

# Made-up energies and temperatures of A-B-O compositions; the measured ones lie 0.1 above the computed ones.
python3 - <<'PYTHON'
import random

random.seed(7)
metals = "Li Be Na Mg Al Si K Ca Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge Rb Sr Y Zr Nb Mo".split()
rows = []
for i, a in enumerate(metals):
    for j, b in enumerate(metals):
        if i != j:
            for n in (1, 2, 3) if i < j else (2, 3):
                strengths = n * (7 * i % 25) + 7 * j % 25
                rows.append((f"{a}{n}{b}O{n + 1}", -0.3 * strengths / (2 * n + 2)))
random.shuffle(rows)
with open("computed.csv", "w") as file:
    file.write("formula,energy,temperature\n")
    for formula, energy in rows[:1200]:
        file.write(f"{formula},{energy:.4f},{1500 + 400 * energy:.1f}\n")
for name, first, last in (("twelve", 1200, 1212), ("thirty", 1212, 1242), ("many", 1242, 1450), ("test", 1450, 1500)):
    with open(f"{name}.csv", "w") as file:
        file.write("formula,energy\n")
        for formula, energy in rows[first:last]:
            file.write(f"{formula},{energy + 0.1 + random.gauss(0, 0.02):.4f}\n")
with open("seen.csv", "w") as file:
    file.write("formula,energy\n")
    for formula, energy in rows[1170:1200]:
        file.write(f"{formula},{energy + 0.1:.4f}\n")
PYTHON
for table in computed twelve thirty many test seen; do
  more=""
  [[ $table != computed ]] || more=", {column: temperature, unit: K}"
  cat >import.yaml <<YAML
stage: import
source: $table.csv
targets: [{column: energy, unit: eV/atom}$more]
YAML
  expect_exit 0 "$program" run import.yaml --output $table
done
cat >pretrain.yaml <<'YAML'
stage: pretrain
data: [{file: computed/dataset.h5, head: energy, target: energy}]
validation: {fraction: 0.1}
model: {kind: composition_net, widths: [64, 64, 32]}
training: {epochs: 80, batch: 32, precision: float32, learning_rate: {peak: 3.0e-3}}
YAML
expect_exit 0 "$program" run pretrain.yaml --output pretrained

# finetune VARIANTS KEYS...: with both orders of two variants
finetune() {
  cat >finetune.yaml <<YAML
stage: finetune
data: {file: $1/dataset.h5}
pretrained: pretrained/best.h5
head: {start_from: energy}
seeds: [1, 2]
training: {epochs: 20, batch: 8, precision: float32, learning_rate: {peak: 1.0e-3}}
variants: {$2: {}, $3: {}}
YAML
  printf '%s\n' "${@:4}" >>finetune.yaml
}
best() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["best_variant"])' "$1/summary.json"; }

say "few labels, variants in both orders"
for table in twelve thirty many; do
  for order in 'scratch fine_tune' 'fine_tune scratch'; do
    read -ra names <<<"$order"
    finetune $table "${names[@]}" "folds: 4"
    rm -rf out_folder
    expect_exit 0 "$program" run finetune.yaml --output out_folder
    expect_equal "$table, $order" "$(best out_folder)" fine_tune
  done
done
for order in 'scratch fine_tune' 'fine_tune scratch'; do
  read -ra names <<<"$order"
  finetune many "${names[@]}" "label_shares: [0.1, 0.3]" "test: {file: test/dataset.h5}"
  rm -rf out_folder
  expect_exit 0 "$program" run finetune.yaml --output out_folder
  expect_equal "a curve without validation rows, $order" "$(best out_folder)" fine_tune
done

say "nothing is chosen by what does not exist"
finetune thirty scratch fine_tune "folds: 4" "validation: {fraction: 0}"
expect_exit 2 "$program" run finetune.yaml --output none
expect_message "variants cannot be compared: with 30 labels 'validation.fraction: 0' leaves no validation row"
sed 's/head: energy, target: energy/heads: [{head: energy, target: energy}, {head: tm, target: temperature, range: [9000, 9999]}]/' \
  pretrain.yaml >no_labels.yaml
expect_exit 2 "$program" run no_labels.yaml --output none
expect_message "no training rows are left with a label for the head 'tm'"
awk -F, 'NR == 1 { print } NR > 1 && NR <= 200 { print $1 "," $2 "," }' computed.csv >validation.csv
cat >import.yaml <<'YAML'
stage: import
source: validation.csv
missing: allow
targets: [{column: energy, unit: eV/atom}]
YAML
expect_exit 0 "$program" run import.yaml --output validation
sed 's/head: energy, target: energy/heads: [{head: energy, target: energy}, {head: tm, target: temperature}]/
  s/fraction: 0.1/file: validation\/dataset.h5/; s/epochs: 80/epochs: 2/' pretrain.yaml >two.yaml
expect_exit 2 "$program" run two.yaml --output none --set choose_by=tm
expect_message "'choose_by: tm': no validation row has a label in range of the head tm"
expect_exit 0 "$program" run two.yaml --output two
expect_message "no validation row has a label in range of the head tm: 'choose_by: mean' goes by the others"

say "what the start model has seen is told"
finetune seen scratch fine_tune "folds: 4" "test: {file: test/dataset.h5}"
expect_exit 0 "$program" run finetune.yaml --output seen_before
# A tenth of the 30 rows that stand in both tables validated the pretraining, about.
expect_message 'overlap: 2[3-9] of 30 rows and 0 of 50 test rows have a composition that pretrained/best.h5 was trained on' \
  "exclude: \[\{dataset: test/dataset.h5\}\]"
expect "the same in summary.json" python3 -c '
import json
overlap = json.load(open("seen_before/summary.json"))["overlap"]
assert 23 <= overlap["rows_seen_in_pretraining"] < 30 and overlap["test_rows_seen_in_pretraining"] == 0, overlap'
expect_exit 2 "$program" run finetune.yaml --output twice --set data.file=test/dataset.h5
expect_message 'every row of test/dataset.h5 has a composition that is in test/dataset.h5, too'

finish
