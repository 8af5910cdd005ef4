#!/usr/bin/env bash
# What to measure next: `epitaxy suggest` by models of chains of C, N and O and of two classes of these.
# Usage: suggest_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

python3 - <<'PYTHON'
import itertools

chains = sorted(c for c in map("".join, itertools.product("CNO", repeat=4)) if c <= c[::-1])
with open("table.csv", "w") as table, open("candidates.csv", "w") as candidates:
    print("smiles,y,z,polar,solvent", file=table)
    print("smiles,name", file=candidates)
    for i, chain in enumerate(chains):
        y = chain.count("N") + 3 * chain.count("O")
        print(f"{chain},{y},{2 + y},{'yes' if 'O' in chain else 'no'},{'water' if i % 2 else 'octanol'}", file=table)
    for chain in chains[:3] + ["CCCCO", "OCCCC", "OCC(O)CO", "C1CC", "CCCCC", "c1ccsc1", "NCCCCN", "OCCOCCO"]:
        print(f"{chain},x", file=candidates)
PYTHON
fit() { expect_exit 0 "$program" fit table.csv --learners laplace --quick "$@"; }
fit --target y --output one
fit --target y z --output two
fit --target polar --output classes
fit --target y --features solvent --output given
suggest() { "$program" suggest --input candidates.csv "$@"; }

say "candidates"
expect_exit 0 suggest --model one/model.h5 --number 3 --goal maximize --output best.csv
expect_message '6 candidates of 11 rows' '1 that cannot be read, 3 among the training rows, 1 repeated' 'wrote 3 suggestions'
expect "columns" grep -q '^smiles,name,suggested_rank,gain,y,y_low,y_high,nearest,nearest_line,nearest_similarity,reason$' best.csv
expect_exit 0 mpi_run 2 "$program" suggest --input candidates.csv --model one/model.h5 --number 3 --goal maximize --output ranks.csv
expect "the same on two ranks" cmp best.csv ranks.csv

say "what is chosen"
for goal in maximize minimize 4; do
  expect_exit 0 suggest --model one/model.h5 --number 6 --goal "$goal" --strategy exploit --output "exploit_$goal.csv"
done
expect_exit 0 suggest --model one/model.h5 --number 6 --output explore.csv
expect_exit 0 suggest --model one/model.h5 --number 6 --goal 4 --output balance.csv
cat >check.py <<'PYTHON'
import csv

def read(name):
    return list(csv.DictReader(open(name)))

def values(name):
    return [float(row["y"]) for row in read(name)]

assert values("exploit_maximize.csv") == sorted(values("exploit_maximize.csv"), reverse=True)
assert values("exploit_minimize.csv") == sorted(values("exploit_minimize.csv"))
misses = [abs(y - 4) for y in values("exploit_4.csv")]
assert misses == sorted(misses) and len(set(misses)) > 2, misses
for name, weight in (("explore.csv", 0), ("balance.csv", 1)):
    rows = read(name)
    gains = [float(row["gain"]) for row in rows]
    assert gains == sorted(gains, reverse=True), "gains only fall"
    for row in rows:  # similarities are those to the nearest of the training rows and of those before, told in the reason
        s = float(row["reason"].rsplit(" by ", 1)[1])
        assert s >= float(row["nearest_similarity"]) - 0.006
        gain = (float(row["y_high"]) - float(row["y_low"])) / 2 * (1 - s) - weight * abs(float(row["y"]) - 4)
        assert abs(gain - float(row["gain"])) < 0.02 * (1 + abs(gain)) + 0.006 * float(row["y_high"]), (row, gain)
assert read("explore.csv")[0]["smiles"] == "c1ccsc1", "unlike all chains"
probabilities = [float(row["polar_yes"]) for row in read("likely.csv")]
assert probabilities == sorted(probabilities, reverse=True)
assert [1 - p for p in probabilities] != sorted(probabilities, reverse=True)
PYTHON
expect_exit 0 suggest --model classes/model.h5 --number 6 --goal yes --strategy exploit --output likely.csv
expect_exit 0 suggest --model classes/model.h5 --number 2 --output unsure.csv
expect "figures follow the formula" python3 check.py
expect_exit 0 suggest --model one/model.h5 --number 2
expect_message 'less sure than .* %; like '
printf 'smiles,solvent\nCCCCO,water\nCCCCO,octanol\nCCCCO,water\nCCCC,water\nCCCCN,hexane\n' >given.csv
expect_exit 0 "$program" suggest --model given/model.h5 --input given.csv --number 3
expect_message '3 candidates of 5 rows' '1 that cannot be read, 0 among the training rows, 1 repeated'

say "wrong input"
refused() { # MESSAGE OPTION...
  local message=$1
  shift
  expect_exit 2 suggest --output refused.csv "$@"
  expect_message "$message"
}
refused 'predicts several targets: say which one to look at: --target y \| z' --model two/model.h5 --number 2
expect_exit 0 suggest --model two/model.h5 --target z --number 2
refused "predicts y, z, not 'x'" --model two/model.h5 --target x --number 2
refused '--number 7: there are only 6 candidates' --model one/model.h5 --number 7
refused '--number 0: ask for one suggestion at least' --model one/model.h5 --number 0
refused 'is no model of a table' --model one/import/dataset.h5 --number 2
refused '--strategy explore looks at no --goal' --model one/model.h5 --strategy explore --goal maximize --number 2
refused '--strategy exploit needs a --goal' --model one/model.h5 --strategy exploit --number 2
refused '--goal high: give maximize, minimize, or a number' --model one/model.h5 --goal high --number 2
refused '--goal 3: give maximize, minimize, or no or yes' --model classes/model.h5 --goal 3 --number 2
expect_exit 2 "$program" suggest --model given/model.h5 --input candidates.csv --number 2
expect_message "no column 'solvent'"
head -n 4 candidates.csv >known.csv
expect_exit 2 "$program" suggest --model one/model.h5 --input known.csv --number 2
expect_message 'no candidate is left of 3 rows' '3 among the training rows'
finish
