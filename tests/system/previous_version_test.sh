#!/usr/bin/env bash
# Files that the version before wrote are read: they predict the same, teach new models, and are complete where they were
# complete. Usage: previous_version_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"
old=$root/tests/fixtures/previous_version

# same_numbers A B: the same tables, numbers within 1e-6 (networks of learners multiply by factors where they divided by
# scales).
same_numbers() {
  python3 - "$1" "$2" <<'PYTHON'
import csv
import sys

a, b = (list(csv.reader(open(path))) for path in sys.argv[1:])
assert a[0] == b[0] and len(a) == len(b), (a[0], b[0])
for x, y in zip(a[1:], b[1:]):
    for left, right in zip(x, y):
        try:
            assert abs(float(left) - float(right)) < 1e-6 * max(1, abs(float(left))), (x, y)
        except ValueError:
            assert left == right, (x, y)
PYTHON
}

say "models predict what they predicted"
for model in composition_net molecule_vae difference; do
  table=$old/molecules.csv
  [[ $model != composition_net ]] || table=$old/compositions.csv
  expect_exit 0 "$program" predict --model "$old/$model.h5" --input "$table" --output "$model.csv"
  expect "the predictions of $model" same_numbers "$old/$model.csv" "$model.csv"
  expect_exit 0 "$program" inspect "$old/$model.h5"
done

say "data sets are read"
expect_exit 0 "$program" inspect "$old/compositions.h5"
expect_message '^kind: composition$' '^rows: 25$'
expect_exit 0 "$program" inspect "$old/molecules.h5"
expect_message '^kind: molecule$' 'stereo: keep'

say "a complete training is complete, and its data are the same"
mkdir -p net compositions
cp "$old/compositions.h5" compositions/dataset.h5
cp "$old/checkpoint.h5" net/checkpoint.h5
cp "$old/composition_net.h5" net/best.h5
expect_exit 0 "$program" run "$old/net.yaml" --output net
expect_message 'is complete after 2 epochs'

say "they teach new models"
mkdir -p molecules
cp "$old/molecules.h5" molecules/dataset.h5
sed 's/kind: molecule_vae.*/kind: fingerprint_net, widths: [4]}/; /^evaluation/d' "$old/vae.yaml" >net_of_molecules.yaml
expect_exit 0 "$program" run net_of_molecules.yaml --output fingerprints
cat >finetune.yaml <<YAML
stage: finetune
data: {file: compositions/dataset.h5}
pretrained: $old/composition_net.h5
head: {start_from: energy}
folds: 2
seeds: [1]
training: {epochs: 1}
variants: {fine_tune: {}}
YAML
expect_exit 0 "$program" run finetune.yaml --output finetune

say "a checkpoint of another kind is refused"
mkdir other
cp "$old/checkpoint.h5" other/checkpoint.h5
expect_exit 2 "$program" run net_of_molecules.yaml --output other
expect_message 'was made with other settings' 'fingerprint_net'

finish
