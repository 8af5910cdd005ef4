#!/usr/bin/env bash
# Transfer from end to end, with the shipped stage files made short: import, pretrain, finetune in four variants,
# predict. The results do not depend on the number of ranks, nor on being killed and resumed.
#
# Usage: finetune_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"
# shellcheck source=tests/system/finetune_common.sh
source "$here/finetune_common.sh"

readonly folds=3
options=("$inputs/finetune.yaml" --set "folds=$folds" --set "seeds=[1,2]" --set training.epochs=200
  --set variants.frozen_features.training.epochs=200)

import_pauling 3000
import_measured
run_quietly ranks 2 "$program" run "$inputs/pretrain.yaml" --set "model.widths=[128,128,64]" --set training.epochs=15 \
  --set training.batch=128 --output pretrain

say "finetune on 1 and 2 ranks"
expect_exit 0 "$program" run "${options[@]}" --output one
expect_message '^variant +MAE' '^predict the mean ' '^scratch ' '^direct ' '^frozen_features ' '^fine_tune .*' 'chosen$'
expect_exit 0 ranks 2 "$program" run "${options[@]}" --output two
same_results two "2 ranks"
expect "results hold" python3 "$here/check_finetune.py" one "$folds"

say "killed, stopped and run again"
interrupt_and_resume again $((7 * folds))
expect_exit 0 "$program" run "${options[@]}" --output again --set training.epochs=1
expect "other settings give other results" test "$(hash_of again/model.h5)" != "$(hash_of one/model.h5)"

say "a seed and a variant more"
expect_exit 0 "$program" run "${options[@]}" --output more --set "seeds=[1]" --set 'variants={fine_tune: {}, direct: {}}'
touch more/marker
expect_exit 0 "$program" run "${options[@]}" --output more
expect_equal "the $((2 * folds)) finished jobs were not done again" \
  "$(find more/jobs -name '*.h5' ! -newer more/marker | wc -l)" $((2 * folds))
rm more/marker
same_results more "after both"

say "predict with the ensemble"
printf 'name,formula\nsalt,NaCl\nrutile,TiO2\nspinel,MgAl2O4\n' >new.csv
expect_exit 0 "$program" predict --model one/model.h5 --input new.csv --output predicted.csv
expect_equal "columns" "$(head -n 1 predicted.csv)" \
  "name,formula,formation_energy_eV_atom,formation_energy_eV_atom_std,formation_energy_eV_atom_low,\
formation_energy_eV_atom_high,warning"
# shellcheck disable=SC2016  # the dollar signs are awk's
expect "every row has a mean in eV/atom and a spread" \
  awk -F, 'NR > 1 && !($3 < 0 && $3 > -8 && $4 > 0 && $4 < 2) { exit 1 } END { exit NR != 4 }' predicted.csv
# shellcheck disable=SC2016
expect "and an interval" awk -F, 'NR > 1 && !($5 < $3 && $3 < $6) { exit 1 }' predicted.csv
expect_exit 0 "${launcher[@]}" 2 "$program" predict --model one/model.h5 --input new.csv --output together.csv
expect "two ranks predict the same numbers" cmp predicted.csv together.csv
expect_exit 0 "$program" inspect one/model.h5
expect_message '^ *members: [36]$' 'unit: eV/atom' 'coverage: 0.9'

python=$(python_with h5py)
if [[ -n $python ]]; then
  expect "h5py reads the data set" "$python" "$here/check_dataset.py" \
    import_measured/dataset.h5 "$inputs/data/enthalpies_of_formation.csv"
else
  say "no Python with h5py here: reading dataset.h5 is not tested"
fi

finish
