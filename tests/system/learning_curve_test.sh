#!/usr/bin/env bash
# A learning curve for molecules from end to end, on chains of C, N and O made here: import, pretraining on a cheap
# property, transfer to a better one with shares of its labels. The results do not depend on the number of ranks, nor on
# being killed and resumed, and wrong input is named.
#
# Usage: learning_curve_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"
# shellcheck source=tests/system/finetune_common.sh
source "$here/finetune_common.sh"

# make_chains FOLD...: chains of six atoms of these fifths as a table. Both properties count atoms and bonds between
# unlike ones; the better one weighs oxygen more.
make_chains() {
  python3 - "$@" <<'PYTHON'
import itertools
import sys

folds = {int(fold) for fold in sys.argv[1:]}
print("smiles,cheap_eV,better_eV,rare_eV")
chains = sorted("".join(c) for c in itertools.product("CNO", repeat=6))
chains = [c for c in chains if c <= c[::-1]]
for i, chain in enumerate(chains):
    unlike = sum(a != b for a, b in zip(chain, chain[1:]))
    cheap = 9 - 0.5 * chain.count("N") - 0.8 * chain.count("O") + 0.1 * unlike
    better = 6 - 0.4 * chain.count("N") - 1.1 * chain.count("O") + 0.3 * unlike
    if i * 7 % 5 in folds:
        print(f"{chain},{cheap:.3f},{better:.3f},{'1' if i < 5 else ''}")
PYTHON
}

cat >import.yaml <<'YAML'
stage: import
kind: molecules
source: chains.csv
smiles_column: smiles
targets:
  - {column: cheap_eV, unit: eV}
  - {column: better_eV, unit: eV}
  - {column: rare_eV, unit: eV}    # only four molecules have it
missing: allow
YAML
cat >pretrain.yaml <<'YAML'
stage: pretrain
data: [{file: training/dataset.h5, heads: [{head: cheap, target: cheap_eV}]}]
validation: {fraction: 0.1}
model: {kind: molecule_vae, representation: tokens, length: 12, channels: [16, 16], kernels: [3, 3], dense: 32, latent: 8,
  layers: 1, cells: 16}
training: {epochs: 30, batch: 32, precision: float32, learning_rate: {peak: 1.0e-2}}
evaluation: {decoded_rows: 10, points: 10, final_points: 10}
YAML
cat >curve.yaml <<'YAML'
stage: finetune
data: {file: training/dataset.h5, target: better_eV}
test: {file: test/dataset.h5}
pretrained: pretrain/best.h5
head: {name: better}
label_shares: [0.1, 1.0]
cheap: cheap_eV
seeds: [1, 2, 3]
validation: {fraction: 0.15}
training: {epochs: 40, least_steps: 2000, batch: 16, precision: float32, learning_rate: {peak: 5.0e-3}}
variants:
  scratch: {}
  frozen_features: {}
  fine_tune: {}
  joint: {start: scratch, also: [cheap_eV]}
YAML
options=(curve.yaml)

make_chains 0 1 2 3 >chains.csv
printf 'FCCF,8,5,\nFCF,8,5,\nCCCCCCCCCCCCCCC,8,5,\n' >>chains.csv
run_quietly "$program" run import.yaml --output everything
make_chains 0 1 2 3 >chains.csv
run_quietly "$program" run import.yaml --output training
make_chains 4 >chains.csv
run_quietly "$program" run import.yaml --output test
run_quietly ranks 2 "$program" run pretrain.yaml --set training.shards=2 --output pretrain

say "a learning curve on 1, 2 and 4 ranks"
expect_exit 0 "$program" check curve.yaml
expect_message '^24 jobs: 4 variants x 2 shares x 3 seeds'
expect_exit 0 "$program" run "${options[@]}" --output one
expect_message '^[a-z_]*-labels[0-9.]*-seed[0-9]: step 1 of ' \
  'predict_the_mean +line_from_cheap_eV +scratch +frozen_features +fine_tune +joint' '^ +0\.1 +3[0-9] ' \
  '^ +1 +30[0-9] ' 'largest share: .* chosen by it$'
for count in 2 4; do
  expect_exit 0 ranks "$count" "$program" run "${options[@]}" --output "on_$count"
  same_results "on_$count" "$count ranks"
done
expect "results hold" python3 "$here/check_learning_curve.py" one

say "killed, stopped and run again"
interrupt_and_resume again 24
expect_exit 0 "$program" inspect one/model.h5
expect_message '^ *members: 3$' 'unit: eV'

say "molecules that the model cannot read"
few=(--set "label_shares=[1.0]" --set "seeds=[1]" --set training.least_steps=0 --set training.epochs=1)
expect_exit 0 "$program" run curve.yaml --set data.file=everything/dataset.h5 "${few[@]}" --output unreadable
expect_message '^left out: 3 rows and 0 test rows that the model cannot read'
expect "the summary counts them" grep -q '"unreadable": 3,' unreadable/summary.json
expect_exit 0 "$program" run curve.yaml --set test.file=everything/dataset.h5 --set data.file=test/dataset.h5 "${few[@]}" \
  --output unreadable
expect_message '^left out: 0 rows and 3 test rows that the model cannot read'

say "a hidden layer, frozen patterns, folds"
expect_exit 0 "$program" run curve.yaml "${few[@]}" --set head.hidden=6 --set "variants.fine_tune.freeze=[encoder.convolution.*]" \
  --output hidden
grep -vE '^(label_shares|cheap|test)' curve.yaml >folds.yaml
expect_exit 0 "$program" run folds.yaml --set folds=2 --set "seeds=[1]" --set training.least_steps=0 --set training.epochs=1 \
  --output folds
expect_message '^scratch ' '^joint '

say "wrong input"
bad=("$program" run curve.yaml --output bad)
expect_exit 2 "${bad[@]}" --set "label_shares=[0.01, 1.0]"
expect_message "the share 0.01 of 30[0-9] labels of better_eV is 4, a fraction of labels that leaves fewer labels than a head needs \(10\)"
expect_exit 2 ranks 2 "${bad[@]}" --set "label_shares=[0.01, 1.0]"
expect_equal "2 ranks say it once" "$(grep -c 'leaves fewer labels' "$out")" 1
expect_exit 2 "${bad[@]}" --set data.target=rare_eV
expect_message "the share 0.1 of 4 labels of rare_eV is 1, a fraction of labels"
expect_exit 2 "${bad[@]}" --set "variants.joint.also=[chaep_eV]"
expect_message "holds no target 'chaep_eV'.*did you mean 'cheap_eV'"
expect_exit 2 "${bad[@]}" --set "variants.joint.also=[rare_eV]"
expect_message "'also': fewer than 10 training rows have a label of rare_eV"
expect_exit 2 "${bad[@]}" --set "variants.fine_tune.freeze=[body.*]"
expect_message "variant fine_tune: no parameter matches 'body.\*'"
expect_exit 2 "$program" check curve.yaml --set "variants.fine_tune.freeze=[body.*]"
expect_exit 2 "${bad[@]}" --set head.name=cheap
expect_message "variant joint: two heads would be called 'cheap'"
printf 'smiles,cheap_eV,better_eV,rare_eV\n' >chains.csv
for tail in C CC CCC CCO CO COC CN CCN CNC NC OC CCCC CCCO; do printf 'F%s,8,5,1\n' "$tail" >>chains.csv; done
run_quietly "$program" run import.yaml --output fluorides
expect_exit 2 "${bad[@]}" --set data.file=fluorides/dataset.h5
expect_message 'fluorides/dataset.h5: the pretrained model can read none of the 1[0-9] molecules with a label .molecules: tokens, 3 tokens, length 12.; the tokens that it knows: C N O'
grep -v '^test' curve.yaml >no_test.yaml
expect_exit 2 "$program" run no_test.yaml --output bad
expect_message "'test.file': is missing: a learning curve \('label_shares'\) is measured on rows of their own"
expect "nothing was begun" test ! -e bad/jobs

finish
