#!/usr/bin/env bash
# A network on fingerprints from its table to predictions, with heads for a number, two classes and several; and what is
# wrong with kinds, tasks, classes and substances. Usage: kinds_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

# Chains of C with an end: the number is their length, the classes tell of the end.
{
  echo smiles,length,alcohol,end
  chain=C
  for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    for end in O N F Cl Br; do
      echo "$chain$end,$i,$([[ $end == O ]] && echo yes || echo no),$end"
    done
    chain+=C
  done
} >table.csv
printf 'formula,energy\nNaCl,-2.1\nMgO,-3.0\nTiO2,-3.2\n' >formulas.csv
cat >import.yaml <<'YAML'
stage: import
kind: molecules
source: table.csv
targets:
  - {column: length, unit: none}
  - {column: alcohol, values: classes}
  - {column: end, values: classes}
YAML
cat >pretrain.yaml <<'YAML'
stage: pretrain
data:
  - file: data/dataset.h5
    heads:
      - {head: length, target: length}
      - {head: alcohol, target: alcohol}
      - {head: end, target: end, weight: 0.5}
validation: {fraction: 0.2}
model: {kind: fingerprint_net, features: [{kind: morgan, bits: 256}], widths: [32]}
training: {epochs: 60, batch: 12, shards: 4, precision: float32, learning_rate: {peak: 3.0e-3}}
YAML

say "from the table to predictions"
expect_exit 0 "$program" run import.yaml --output data
expect_message 'end: 60 values of 5 classes'
expect_exit 0 "$program" run pretrain.yaml --output one
expect_message 'validation alcohol: log loss .* accuracy .* ROC AUC' 'validation length: MAE'
for ranks in 2 3 4; do
  expect_exit 0 mpirun --oversubscribe -n $ranks "$program" run pretrain.yaml --output "on$ranks"
  expect_equal "the bits on $ranks ranks" "$("$program" inspect --hash "on$ranks/checkpoint.h5")" \
    "$("$program" inspect --hash one/checkpoint.h5)"
done
expect_exit 0 "$program" predict --model one/best.h5 --input table.csv --output predicted.csv
expect_message 'head alcohol against .* accuracy' 'head end against .* log loss'
expect_equal "columns" "$(head -1 predicted.csv)" "smiles,length,alcohol,end,length_predicted,length_predicted_std,\
alcohol_predicted,alcohol_yes,alcohol_yes_std,end_predicted,end_Br,end_Br_std,end_Cl,end_Cl_std,end_F,end_F_std,end_N,\
end_N_std,end_O,end_O_std,warning"

say "killed and resumed"
expect_exit 0 "$program" run pretrain.yaml --output resumed --set training.epochs=60 --set walltime=1
if [[ -f resumed/checkpoint.h5 ]]; then
  expect_exit 0 "$program" run pretrain.yaml --output resumed
  expect_equal "the bits" "$("$program" inspect --hash resumed/checkpoint.h5)" \
    "$("$program" inspect --hash one/checkpoint.h5)"
fi

say "transfer of a class"
cat >finetune.yaml <<'YAML'
stage: finetune
data: {file: data/dataset.h5, target: end}
pretrained: one/best.h5
head: {start_from: end}
folds: 3
seeds: [1, 2]
training: {epochs: 2, batch: 12}
variants: {scratch: {}, direct: {}, frozen_features: {}, fine_tune: {}}
YAML
expect_exit 0 "$program" run finetune.yaml --output finetune
expect_message 'predict the shares' 'fine_tune'
expect_exit 0 "$program" predict --model finetune/model.h5 --input table.csv --output classes.csv
expect_message 'accuracy'

say "what is wrong"
# refused WORDS FILE SETTINGS...
refused() {
  expect_exit 2 "$program" run "$2" --output wrong "${@:3}"
  expect_message "$1"
}
refused "fingerprint_ned.*fingerprint_net" pretrain.yaml --set model.kind=fingerprint_ned
refused "molecules.*composition_net reads compositions" pretrain.yaml --set 'model={kind: composition_net}'
sed 's/kind: molecules/kind: compositions/; s/table.csv/formulas.csv/; s/column: length/column: energy/; /classes/d' \
  import.yaml >compositions.yaml
expect_exit 0 "$program" run compositions.yaml --output compositions
refused "compositions.*fingerprint_net reads molecules" pretrain.yaml \
  --set 'data=[{file: compositions/dataset.h5, head: energy}]'
refused "task 'binary'.*names 5 classes: take 'classes'" pretrain.yaml \
  --set 'data=[{file: data/dataset.h5, head: end, target: end, task: binary}]'
refused "task 'classes'.*holds numbers: import it with 'values: classes', or take 'regression'" pretrain.yaml \
  --set 'data=[{file: data/dataset.h5, head: length, target: length, task: classes}]'
refused "binnary.*binary" pretrain.yaml --set 'data=[{file: data/dataset.h5, head: end, target: end, task: binnary}]'
refused "molecule_vae cannot learn the head 'alcohol'" pretrain.yaml --set 'model={kind: molecule_vae}'
grep -v ',Br$' table.csv >fewer.csv
sed 's/table.csv/fewer.csv/' import.yaml >fewer.yaml
expect_exit 0 "$program" run fewer.yaml --output fewer
refused "class 'Br', which is unseen in training" pretrain.yaml --set 'data=[{file: fewer/dataset.h5, head: end, target: end}]' \
  --set 'validation={file: data/dataset.h5}'
sed 's/from: end/from: length/' finetune.yaml >other_head.yaml
refused "start the new head fresh" other_head.yaml
refused "compositions, but a fingerprint_net reads molecules" finetune.yaml --set data.file=compositions/dataset.h5 \
  --set data.target=energy

finish
