#!/usr/bin/env bash
# One table from end to end: `epitaxy fit` on chains of C, N and O made here, and predictions with its model. The results
# do not depend on the number of ranks nor on being killed, and wrong input is named. Usage: fit_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

python3 - >table.csv <<'PYTHON'
import itertools

print("name,my_smiles,gap,log_k,constant,rare")
chains = sorted("".join(c) for c in itertools.product("CNO", repeat=5))
for i, chain in enumerate(c for c in chains if c <= c[::-1]):
    gap = 6 - 0.4 * chain.count("N") - 1.1 * chain.count("O") + 0.3 * chain.count("NO")
    print(f"m{i},{chain},{gap:.3f},{'NA' if i % 3 == 0 else f'{gap / 2:.3f}'},1,{i if i < 3 else ''}")
PYTHON

say "one command"
expect_exit 0 mpi_run 2 "$program" fit table.csv --target gap log_k --unit eV --quick --output two
expect_message "SMILES in column 'my_smiles'" 'wrote two/fit.yaml' '^ensemble ' 'mean of the rows' 'farthest from' \
  'predict with: epitaxy predict --model two/model.h5'
for file in fit.yaml model.h5 predictions.csv summary.json config.yaml import/dataset.h5; do
  expect "there is $file" test -s "two/$file"
done

say "on any number of ranks, and by its stage file"
expect_exit 0 "$program" fit table.csv --target gap log_k --unit eV --quick --output one
expect "the same predictions" cmp one/predictions.csv two/predictions.csv
expect_exit 0 "$program" run two/fit.yaml --output by_stage
expect "the same by the stage file" cmp one/predictions.csv by_stage/predictions.csv

say "predictions"
printf 'my_smiles,batch\nCCCCCC,1\nNNOCCO,2\nC1CC,3\n' >new.csv
expect_exit 0 "$program" predict --model two/model.h5 --input new.csv --output predicted.csv
expect_message '2 of 3 rows predicted' 'unclosed ring'
expect "value and interval of each target" \
  grep -q '^my_smiles,batch,gap,gap_std,gap_low,gap_high,log_k,log_k_std,log_k_low,log_k_high,nearest,nearest_line,nearest_similarity,warning$' predicted.csv
# Brackets are part of a SMILES, not those of a list.
expect_exit 0 "$program" predict --model two/model.h5 '[O]' CCO
expect_message '^\[O\] .*not predicted: .*unpaired' '^CCO .*gap'
expect_exit 2 "$program" predict --model two/model.h5 --inputt new.csv
expect_message 'predict has no option --inputt'
expect_exit 2 "$program" predict --model two/model.h5 new.csv
expect_message "'new.csv' is a file: give a table with --input new.csv --output"
expect_exit 0 "$program" predict --model two/model.h5 'CCO[Si](C)(C)C' CCCCCCCC
expect_message 'holds Si, which no training row has' 'has 8 atoms beside hydrogen, the largest training row has 5'
expect_exit 0 "$program" predict --model two/model.h5 C2H6O CO CN
expect_message "3 of 3 texts, such as 'C2H6O', look like formulas, but the model reads SMILES"
expect_exit 0 "$program" check two/fit.yaml
expect_message 'rows read' 'jobs for each of gap, log_k'
expect_exit 0 "$program" inspect two/model.h5
expect_message 'epitaxy table model' 'gap:' 'log_k:'

say "wrong input"
expect_exit 2 "$program" fit table.csv
expect_message 'say what to learn: --target COLUMN' 'gap'
expect_exit 2 "$program" fit table.csv --target gapp
expect_message "no column 'gapp'"
expect_exit 2 "$program" fit table.csv --target name --quick --output name
expect_message 'rejected'
expect_exit 2 "$program" fit table.csv --target constant --quick --output constant
expect_message 'constant is 1 in every one'
expect_exit 2 "$program" fit table.csv --target rare --quick --output rare
expect_message '3 distinct molecules with rare are too few to learn from'
expect_exit 2 "$program" fit table.csv --target gap --quick --output two
expect_message 'two holds another fit'
expect_exit 2 "$program" fit missing.csv --target gap
expect_message 'missing.csv'
expect_exit 0 "$program" fit table.csv --target gap --quick --output two --fresh
# What failed before any job took no work.
expect_exit 2 "$program" fit table.csv --target constant --quick --output again
expect_exit 2 "$program" fit table.csv --target rare --quick --output again
expect_message '3 distinct molecules with rare are too few to learn from'
# Names that are no names of results, and those in brackets.
sed '1s/gap/E\/atom/; 1s/log_k/[Tb]/' table.csv >names.csv
expect_exit 0 "$program" fit names.csv --target E/atom --quick --output slash
expect_message 'E/atom is called E_atom in the results' '^E_atom, '
expect_exit 2 "$program" fit names.csv --target '[Tb]' --folds 9999 --output brackets
expect_message '\[Tb\]'
# A quarter of the SMILES are none.
awk -F, 'NR % 4 == 2 { $2 = "C1CC" } { print $1 "," $2 "," $3 }' OFS=, table.csv >bad.csv
expect_exit 2 "$program" fit bad.csv --target gap --quick --output bad
expect_message 'Nearest comes --smiles my_smiles' "such as 'C1CC' in line 2: .*unclosed ring"
expect_exit 2 "$program" fit bad.csv --target gap --smiles my_smiles --quick --output bad
expect_message "To allow more, set 'max_rejected' of 'table' in bad/fit.yaml, and: epitaxy run bad/fit.yaml --output bad"

finish
