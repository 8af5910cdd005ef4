#!/usr/bin/env bash
# Contributions of elements and atoms by linear models, which can be worked out by hand. Usage: contributions_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

python3 - <<'PYTHON'
import itertools

with open("oxides.csv", "w") as table:  # y = 10 x(Fe) - 5 x(O) + 2 x(Ni)
    print("formula,y", file=table)
    for fe, o, ni in itertools.product(range(4), range(5), range(3)):
        if fe + o + ni and (fe, o, ni) not in ((2, 3, 0),):
            formula = "".join(f"{e}{n}" for e, n in (("Fe", fe), ("O", o), ("Ni", ni)) if n)
            print(f"{formula},{(10 * fe - 5 * o + 2 * ni) / (fe + o + ni)}", file=table)
with open("chains.csv", "w") as table:  # y = N(N) + 3 N(O) + 0.5 N(C), rings of three count as well
    print("smiles,y", file=table)
    for length in (2, 3, 4):
        for chain in map("".join, itertools.product("CNO", repeat=length)):
            y = chain.count("N") + 3 * chain.count("O") + 0.5 * chain.count("C")
            if chain <= chain[::-1]:
                print(f"{chain},{y}", file=table)
            if length > 2 and chain <= chain[::-1]:
                print(f"{chain[0]}1{chain[1:]}1,{y}", file=table)
PYTHON
python3 - <<'PYTHON'
with open("given.csv", "w") as table:  # y = carbons + T / 10, and 5 more in octanol
    print("smiles,y,T,solvent", file=table)
    for i in range(60):
        octanol, t = i % 3 == 0, 20 + i * 7 % 31
        print(f"{'C' * (2 + i % 11)},{2 + i % 11 + t / 10 + 5 * octanol},{t},{'octanol' if octanol else 'water'}", file=table)
PYTHON
stage() { # NAME KIND COLUMN FEATURES
  cat >"$1.yaml" <<YAML
stage: fit
table: {source: $work/$1.csv, kind: $2, $3_column: $3, targets: [{column: y}], duplicates: keep}
features: [$4]
learners: {ridge: {penalty: 1.0e-6}}
folds: 3
inner_folds: 3
YAML
  expect_exit 0 "$program" run "$1.yaml" --output "$1"
}
stage oxides compositions formula '{kind: composition}'
stage chains molecules smiles '{kind: morgan, radius: 0, bits: 1024, counts: true}'

say "elements: the others take their share"
printf 'formula,id\nFe2O3,a\nXy2,b\nNi,c\n' >oxides_new.csv
expect_exit 0 "$program" predict --model oxides/model.h5 --input oxides_new.csv --output oxides_out.csv --contributions
expect_message 'contributions of elements: oxides_out_contributions.csv'
expect_exit 0 mpi_run 2 "$program" predict --model oxides/model.h5 --input oxides_new.csv --output two.csv --contributions
expect "the same on two ranks" cmp oxides_out_contributions.csv two_contributions.csv

say "atoms: in the order of the text"
printf 'smiles\nOCCN\nC1CC\n' >chains_new.csv
expect_exit 0 "$program" predict --model chains/model.h5 --input chains_new.csv --output chains_out.csv --contributions
cat >check.py <<'PYTHON'
import csv

def read(name):
    return list(csv.DictReader(open(name)))

rows = read("oxides_out_contributions.csv")
assert [(r["line"], r["text"], r["target"], r["part"], r["index"], r["symbol"]) for r in rows] == [
    ("2", "Fe2O3", "y", "element", "0", "O"), ("2", "Fe2O3", "y", "element", "1", "Fe"),
    ("4", "Ni", "y", "element", "0", "Ni")], rows
# Fe2O3 is 0.4 x 10 - 0.6 x 5 = 1, iron alone 10, oxygen alone -5; of nickel nothing is left
assert abs(float(rows[0]["contribution"]) + 9) < 0.01 and abs(float(rows[1]["contribution"]) - 6) < 0.01, rows
assert rows[2]["contribution"] == "", rows
rows = read("chains_out_contributions.csv")
assert [(r["line"], r["part"], r["index"], r["symbol"]) for r in rows] == [
    ("2", "atom", str(i), symbol) for i, symbol in enumerate("OCCN")], rows
values = [float(r["contribution"]) for r in rows]
assert all(abs(a - b) < 0.02 for a, b in zip(values, (3, 0.5, 0.5, 1))), values
PYTHON
expect "as worked out by hand" python3 check.py

say "what is given: against the median, or the most frequent category"
cat >given.yaml <<YAML
stage: fit
table:
  source: $work/given.csv
  kind: molecules
  duplicates: keep
  targets: [{column: y}, {column: T}, {column: solvent, values: classes}]
learn: [y]
given: [T, solvent]
features: [{kind: descriptors}]
learners: {ridge: {penalty: 0.001}}
folds: 3
inner_folds: 3
YAML
expect_exit 0 "$program" run given.yaml --output given
printf 'smiles,T,solvent\nCCCCC,45,octanol\n' >given_new.csv
expect_exit 0 "$program" predict --model given/model.h5 --input given_new.csv --output given_out.csv --contributions
cat >check_given.py <<'PYTHON'
import csv

temperatures = sorted(int(row["T"]) for row in csv.DictReader(open("given.csv")))
rows = {r["symbol"]: r for r in csv.DictReader(open("given_out_contributions.csv")) if r["part"] == "given"}
assert set(rows) == {"T", "solvent"}, rows
assert abs(float(rows["T"]["contribution"]) - (45 - temperatures[30]) / 10) < 0.1, rows
assert abs(float(rows["solvent"]["contribution"]) - 5) < 0.3, rows
PYTHON
expect "as worked out by hand" python3 check_given.py

say "for people"
expect_exit 0 "$program" predict --model oxides/model.h5 --contributions Fe2O3
expect_message '^contributions:' '^Fe2O3 y:  O -9  Fe \+6'
mkdir folder && mkdir folder/out_contributions.csv
expect_exit 2 "$program" predict --model oxides/model.h5 --input oxides_new.csv --output folder/out.csv --contributions
expect_message 'out_contributions.csv'
finish
