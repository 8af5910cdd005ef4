#!/usr/bin/env bash
# The number of ranks does not change a bit: pretraining on 1, 2, 3 and 4 ranks ends in the same checkpoint, the same
# best model and the same tables. Cases: inputs/quickstart/pretrain.yaml (made short) and a tiny molecule autoencoder in
# every precision of this CPU, and one with two heads, an uneven number of shards and everything that draws random
# numbers.
#
# Usage: identical_bits_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

# compare NAME ARGUMENT...: runs on 1 to 4 ranks and compares everything with the run on one.
compare() {
  local name=$1 count folder file
  shift
  for count in 1 2 3 4; do
    folder=$name-$count
    expect_exit 0 ranks "$count" "$program" run "$@" --output "$folder"
    expect "$name, $count ranks: no control codes in what does not go to a terminal" no_control_codes "$out"
    if [[ $count -eq 1 ]]; then
      continue
    fi
    for file in checkpoint.h5 best.h5; do
      expect_equal "$name, $count ranks: hash of $file" "$(hash_of "$folder/$file")" "$(hash_of "$name-1/$file")"
    done
    expect "$name, $count ranks: metrics.csv" \
      cmp <(without_seconds "$folder/metrics.csv") <(without_seconds "$name-1/metrics.csv")
    expect "$name, $count ranks: predictions.csv" cmp "$folder/predictions.csv" "$name-1/predictions.csv"
  done
}

# Not by the terminal that mpirun gives its ranks either.
no_control_codes() { ! grep -q $'\033' "$1"; }

import_pauling 1500
import_measured

precisions=(float32)
if "$program" --version | grep -qE 'AMX-BF16|AVX512-BF16'; then
  precisions+=(bfloat16)
fi
say "precisions: ${precisions[*]}"
for precision in "${precisions[@]}"; do
  compare "$precision" "$inputs/pretrain.yaml" --set training.epochs=2 --set training.batch=256 \
    --set "model.widths=[512,512,256,128,64,32]" --set "training.precision=$precision"
done
if [[ ${#precisions[@]} -eq 2 ]]; then
  expect "float32 and bfloat16 differ" test "$(hash_of float32-1/best.h5)" != "$(hash_of bfloat16-1/best.h5)"
fi

import_molecules 500
tiny_autoencoder molecules.yaml
for precision in "${precisions[@]}"; do
  compare "molecules_$precision" molecules.yaml --set "training.precision=$precision"
done
expect "the control of SELFIES is measured" grep -qE '"random_strings_rdkit_valid": (1.0|0.9)' molecules_float32-1/summary.json

cat >two_heads.yaml <<'YAML'
stage: pretrain
data:
  - {file: "${WORKFLOW}/import_pauling/dataset.h5", head: pauling}
  - {file: "${WORKFLOW}/import_measured/dataset.h5", head: measured}
validation: {fraction: 0.1}
test: {fraction: 0.1}
model: {kind: composition_net, widths: [64, 64, 32], residual: true, dropout: 0.1}
training:
  epochs: 3
  batch: 70
  shards: 5
  loss: huber
  optimizer: {kind: adam, average_decay: 0.9}
  learning_rate: {schedule: cosine, warmup_epochs: 1, peak: 1.0e-3}
  gradient_clip: 0.1
  kernels: openblas
  precision: float32
YAML
compare two_heads two_heads.yaml
expect_exit 0 ranks 2 "$program" run two_heads.yaml --set training.seed=2 --output other_seed
expect "another seed gives other bits" test "$(hash_of other_seed/best.h5)" != "$(hash_of two_heads-1/best.h5)"

finish
