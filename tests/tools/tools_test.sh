#!/usr/bin/env bash
# Tests of the data tools. Takes no arguments; exits 1 if a check fails.
set -u

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tools=$root/tools
table=$root/inputs/quickstart/data/enthalpies_of_formation.csv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Real data are used by one check only, that of the shipped table.
real_data=${EPITAXY_DATA:-}
unset EPITAXY_DATA EPITAXY_DATA_MIRROR
export PYTHONDONTWRITEBYTECODE=1
failures=0

check() {  # check DESCRIPTION COMMAND...: passes if the command succeeds
    local description=$1
    shift
    if "$@"; then
        echo "ok    $description"
    else
        echo "FAIL  $description"
        failures=$((failures + 1))
    fi
}

exits() {  # exits CODE COMMAND...: output in $work/out
    local expected=$1 code=0
    shift
    "$@" > "$work/out" 2>&1 || code=$?
    [ "$code" -eq "$expected" ] && return 0
    echo "      exit code $code, expected $expected"
    sed 's/^/      /' "$work/out"
    return 1
}

says() { grep -qF -- "$1" "$work/out"; }
sum() { sha256sum "$1" | cut -d' ' -f1; }
same() { [ "$(sum "$1")" = "$(sum "$2")" ]; }
differ() { ! same "$1" "$2"; }
absent() { [ ! -e "$1" ]; }
value() { awk -F, -v f="$2" '$1 == f { print $2 }' "$1"; }
close_to() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(a != "" && d * d < 1e-10) }'; }
no_leftovers() { [ -z "$(find "$1" -name '.*.part' -o -name '.pauling-*' -o -name '.enthalpies-*')" ]; }

echo "generate-pauling-source"
generate=$tools/generate-pauling-source
check "runs with seed 1" exits 0 "$generate" --output "$work/a.csv" --rows 4000
check "reports the rows written" says "wrote 4000 rows"
check "runs again with seed 1" exits 0 "$generate" --output "$work/b.csv" --rows 4000 --seed 1
check "runs with seed 2" exits 0 "$generate" --output "$work/c.csv" --rows 4000 --seed 2
check "same seed, same file" same "$work/a.csv" "$work/b.csv"
check "other seed, other file" differ "$work/a.csv" "$work/c.csv"
check "header names the unit" [ "$(head -n 1 "$work/a.csv")" = "formula,formation_energy_eV_atom" ]
check "row count" [ "$(wc -l < "$work/a.csv")" -eq 4001 ]
check "each formula once" [ -z "$(cut -d, -f1 "$work/a.csv" | sort | uniq -d)" ]
# The first 2,000 or so rows are all binaries, so these are always present.
# HF: one bond, 4.0 - 2.1 = 1.9; 1.9^2 = 3.61 eV; two atoms.
check "HF by hand: -3.61/2" close_to "$(value "$work/a.csv" HF)" -1.805
# NaCl: one bond, 3.0 - 0.9 = 2.1; 2.1^2 = 4.41 eV; two atoms.
check "NaCl by hand: -4.41/2" close_to "$(value "$work/a.csv" NaCl)" -2.205
# MgO: two bonds, 3.5 - 1.2 = 2.3; 2*5.29 eV less 26.0/23.06 eV; two atoms.
check "MgO by hand, oxygen correction" close_to "$(value "$work/a.csv" MgO)" -4.726254
# AlN: three bonds, 3.0 - 1.5 = 1.5; 3*2.25 eV less 55.4/23.06 eV; two atoms.
check "AlN by hand, nitrogen correction" close_to "$(value "$work/a.csv" AlN)" -2.173786
# MgAl2O4: 8 bonds, 2 of Mg (5.29 each) and 6 of Al (4.0 each), less 4*26.0/23.06; 7 atoms.
printf 'formula,formation_energy_eV_atom\nNaCl,-2.205\nMgAl2O4,-4.295734\n' > "$work/hand.csv"
check "MgAl2O4 by hand, bonds shared by charge" exits 0 "$generate" --check "$work/hand.csv"
check "no deviation from the hand-worked values" says "MAE 0.000 eV/atom"
check "check against the shipped table" exits 0 "$generate" --check "$table"
check "prints error and correlation" grep -Eq 'MAE 0\.[0-9]+ eV/atom, correlation 0\.8' "$work/out"
check "refuses zero rows" exits 2 "$generate" --output "$work/d.csv" --rows 0
check "needs a task" exits 2 "$generate"
check "no temporary files left" no_leftovers "$work"

echo "crosscheck-enthalpies"
cross=$tools/crosscheck-enthalpies
check "skips with 77 without EPITAXY_DATA" exits 77 "$cross"
check "says why" says "skipped, EPITAXY_DATA is not set"
check "skips with 77 without the file" exits 77 env EPITAXY_DATA="$work" "$cross"
mkdir -p "$work/fake/formation_energy"
# NaCl agrees in a different spelling (-411.2/96.485/2 = -2.131), MgO does not.
printf 'formula,formation_energy_eV_atom\nCl2Na2,-2.13\nMgO,-1.0\n' \
    > "$work/fake/formation_energy/experiment.csv"
printf 'formula,enthalpy_kJ_mol,source\nMgO,-601.6,CRC\nNaCl,-411.2,CRC\nSiO2,-910.7,CRC\n' \
    > "$work/table.csv"
check "disagreement exits 1" \
    exits 1 env EPITAXY_DATA="$work/fake" "$cross" --table "$work/table.csv"
check "names the row" says "disagrees: MgO"
check "counts" says "coincide 1, disagree 1"
check "--drop succeeds" exits 0 env EPITAXY_DATA="$work/fake" "$cross" --table "$work/table.csv" --drop
printf 'formula,enthalpy_kJ_mol,source\nNaCl,-411.2,CRC\nSiO2,-910.7,CRC\n' > "$work/kept.csv"
check "--drop removes that row only" same "$work/table.csv" "$work/kept.csv"
check "then all coincide" exits 0 env EPITAXY_DATA="$work/fake" "$cross" --table "$work/table.csv"
printf 'formula,enthalpy_kJ_mol,source\nNaCl,-411.2,CRC\nNa2Cl2,-822.4,CRC\n' > "$work/twice.csv"
check "a repeated composition is an error" \
    exits 2 env EPITAXY_DATA="$work/fake" "$cross" --table "$work/twice.csv"
check "shipped table: 220 to 320 rows" \
    awk 'END { exit !(NR - 1 >= 220 && NR - 1 <= 320) }' "$table"
if [ -n "$real_data" ] && [ -f "$real_data/formation_energy/experiment.csv" ]; then
    check "shipped table coincides with EPITAXY_DATA" exits 0 env EPITAXY_DATA="$real_data" "$cross"
    check "no disagreement" says "disagree 0"
else
    echo "skip  shipped table against EPITAXY_DATA (not set)"
fi

echo "make-molecules"
make=$tools/make-molecules
molecules=$root/inputs/quickstart/data/molecules.csv
check "shipped table: no complaints" exits 0 "$make" check "$molecules"
check "shipped table: 3,800 to 4,200 rows" awk 'END { exit !(NR - 1 >= 3800 && NR - 1 <= 4200) }' "$molecules"
check "shipped table: each molecule once" [ -z "$(cut -d, -f2 "$molecules" | sort | uniq -d)" ]
head -n 3 "$molecules" > "$work/twice.csv"
sed -n '3s/^m[0-9]*/m99999/p' "$molecules" >> "$work/twice.csv"
check "a repeated molecule is a complaint" exits 1 "$make" check "$work/twice.csv"
check "names the line" says "twice.csv:4: m99999"
check "says why" says "its SMILES occurs twice"
awk -F, -v OFS=, 'NR == 2 { $4 += 1 } NR < 4' "$molecules" > "$work/gap.csv"
check "a gap that is not LUMO less HOMO is a complaint" exits 1 "$make" check "$work/gap.csv"
cut -d, -f1-10 "$molecules" > "$work/narrow.csv"
check "a missing column exits 2" exits 2 "$make" check "$work/narrow.csv"
if /usr/bin/python3 -c 'import rdkit' 2> "$work/out"; then
    sed '2s/,C,/,[CH4],/' "$molecules" > "$work/strange.csv"
    check "a SMILES that is not canonical is a complaint" exits 1 "$make" check "$work/strange.csv"
    small=$work/small
    check "enumerates" exits 0 "$make" enumerate --work "$small" --heavy-atoms 4 --count 60 --all-up-to 3
    cut -d, -f2 "$small/enumerated.csv" | head -n 10 | paste -sd' ' > "$work/first"
    # Of one and two heavy atoms, by hand: no HF, no HCNH, nothing without carbon.
    echo 'smiles C C#C C#N C=C C=O CC CF CN CO' > "$work/expected"
    check "the smallest by hand" same "$work/first" "$work/expected"
    check "as many as asked for" [ "$(wc -l < "$small/enumerated.csv")" -eq 61 ]
    # In memory whose freed parts are overwritten: RDKit hands out parts of molecules that are gone.
    check "again" exits 0 env MALLOC_PERTURB_=255 GLIBC_TUNABLES=glibc.malloc.tcache_count=0 "$make" enumerate --work "$work/again" --heavy-atoms 4 --count 60 --all-up-to 3
    check "same seed, same molecules" same "$small/enumerated.csv" "$work/again/enumerated.csv"
    check "seed 2" exits 0 "$make" enumerate --work "$work/again" --heavy-atoms 4 --count 60 --all-up-to 3 --seed 2
    check "other seed, other molecules" differ "$small/enumerated.csv" "$work/again/enumerated.csv"
    check "too few for the small ones exits 2" exits 2 "$make" enumerate --work "$small" --heavy-atoms 4 --count 5
    check "all of them" exits 0 "$make" enumerate --work "$work/again" --heavy-atoms 4 --count 0
    has() { cut -d, -f2 "$work/again/enumerated.csv" | grep -qxF -- "$1"; }
    lacks() { ! has "$1"; }
    check "acetone is there" has "CC(C)=O"
    check "its enol is not" lacks "C=C(C)O"
    check "no peroxide" lacks "COOC"
    check "no allene" lacks "C=C=CC"
    check "xtb needs enumerate first" exits 2 "$make" xtb --work "$work/nowhere"
    check "says so" says "make-molecules enumerate --work $work/nowhere"
    check "without xtb exits 2" exits 2 env PATH="$work" "$make" xtb --work "$small"
    check "names the package" says "install Debian's package xtb"

    # Programs that fail stand for xtb; one molecule, methane.
    one=$work/one
    mkdir -p "$work/failing" "$work/exploding"
    printf '#!/bin/sh\nexit 3\n' > "$work/failing/xtb"
    printf '#!/bin/sh\necho GEOMETRY OPTIMIZATION CONVERGED\n%s\n' \
        "awk 'NR > 2 { \$2 *= 3; \$3 *= 3; \$4 *= 3 } 1' start.xyz > xtbopt.xyz" > "$work/exploding/xtb"
    chmod +x "$work/failing/xtb" "$work/exploding/xtb"
    check "methane alone" exits 0 "$make" enumerate --work "$one" --heavy-atoms 1 --count 0
    check "a failing xtb does not end the run" exits 0 env PATH="$work/failing:$PATH" "$make" xtb --work "$one"
    check "the reason is recorded" grep -qx 'm00001,C,xtb,xtb ended with code 3' "$one/failures.csv"
    rm "$one/xtb.jsonl"
    check "a torn molecule does not either" exits 0 env PATH="$work/exploding:$PATH" "$make" xtb --work "$one"
    check "its reason is recorded" grep -q 'the bonds changed on optimization' "$one/failures.csv"
    check "a table without molecules exits 2" exits 2 "$make" table --work "$one" --output "$work/one.csv"
    printf '{"smiles": "C", "hom' > "$one/xtb.jsonl"  # as a kill leaves it
    cp "$work/failing/xtb" "$work/failing/psi4"
    check "dft waits for xtb" exits 2 env PATH="$work/failing:$PATH" "$make" dft --work "$one"
    check "says so" says "1 molecules have no xtb geometry yet"
    if command -v xtb > "$work/out"; then
        check "goes on after a kill" exits 0 "$make" xtb --work "$one"
        check "writes the table" exits 0 "$make" table --work "$one" --output "$work/one.csv"
        check "which has no complaints" exits 0 "$make" check "$work/one.csv"
        column() { awk -F, -v n="$2" '$2 == "C" { print $n }' "$1"; }
        close() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a != "" && b != "" && (a - b) ^ 2 < 1e-4) }'; }
        check "methane's gap as shipped" close "$(column "$work/one.csv" 4)" "$(column "$molecules" 4)"
        check "a second run computes nothing" exits 0 "$make" xtb --work "$one"
        check "says so" says "1 of 1 molecules are there, 0 to do"
    else
        echo "skip  a molecule with xtb (not installed: tools/install-dependencies data)"
    fi
else
    echo "skip  enumeration of molecules (python3-rdkit is not installed: tools/install-dependencies data)"
fi

echo "get-data"
get=$tools/get-data
check "list" exits 0 "$get" list
check "lists targets" says "formation_energy/oqmd_dft.csv"
check "lists licenses" says "license:"
check "unknown name is refused" exits 2 "$get" fetch nonsense --to "$work/data"

# A fake mirror with one file, and a copy of the tool that expects its checksum.
mkdir -p "$work/mirror/band_gap"
printf 'formula,band_gap_eV\nSi,1.1\n' > "$work/mirror/band_gap/experiment.csv"
expected=$(sum "$work/mirror/band_gap/experiment.csv")
original=e1290b900992179e8d17a56ca89227ce3df6a4c371c84355bd6f1208b4ec6f4d
sed "s/$original/$expected/" "$get" > "$work/get-data"
chmod +x "$work/get-data"
export EPITAXY_DATA_MIRROR=$work/mirror
check "copies a verified file" exits 0 "$work/get-data" fetch band-gap --to "$work/data"
check "the copy is the same" same "$work/mirror/band_gap/experiment.csv" "$work/data/band_gap/experiment.csv"
check "a second run keeps it" exits 0 "$work/get-data" fetch band-gap --to "$work/data"
check "says so" says "already at"
check "fetch without names takes what the mirror has" exits 0 "$work/get-data" fetch --to "$work/data2"
check "a named file missing in the mirror exits 1" exits 1 "$work/get-data" fetch oqmd --to "$work/data"
printf 'formula,band_gap_eV\nSi,1.2\n' > "$work/mirror/band_gap/experiment.csv"
found=$(sum "$work/mirror/band_gap/experiment.csv")
check "a damaged file exits 2" exits 2 "$work/get-data" fetch band-gap --to "$work/data3"
check "names the file" says "$work/mirror/band_gap/experiment.csv"
check "names the expected checksum" says "expected $expected"
check "names the found checksum" says "found    $found"
check "the damaged file is not left in place" absent "$work/data3/band_gap/experiment.csv"
check "no partial file either" no_leftovers "$work/data3"
check "an existing good file survives a damaged mirror" \
    exits 2 "$work/get-data" fetch band-gap --to "$work/data" --force
check "it still has its checksum" [ "$(sum "$work/data/band_gap/experiment.csv")" = "$expected" ]
check "a mirror that does not exist exits 1" \
    exits 1 env EPITAXY_DATA_MIRROR="$work/nowhere" "$get" fetch band-gap --to "$work/data4"
unset EPITAXY_DATA_MIRROR

# An address that never resolves stands for a machine without network.
sed 's#https\{0,1\}://[a-z.]*/#http://host.invalid/#' "$get" > "$work/offline"
chmod +x "$work/offline"
check "no network exits 3" env -u http_proxy -u HTTP_PROXY -u all_proxy -u ALL_PROXY \
    bash -c '"$1" fetch mp --to "$2" > "$3" 2>&1; [ $? -eq 3 ]' _ "$work/offline" "$work/data5" "$work/out"
check "advises a mirror" says "EPITAXY_DATA_MIRROR"
check "nothing is written" absent "$work/data5/formation_energy/mp_dft.csv"

site() { printf '{"species":[{"element":"%s","occu":1}],"abc":[0,0,0]}' "$1"; }
printf '{"index":["a","b"],"columns":["structure","e_form"],"data":[[{"sites":[%s,%s,%s]},-1.5],[{"sites":[%s]},0.25]]}' \
    "$(site O)" "$(site Mg)" "$(site O)" "$(site Si)" | gzip > "$work/mp.json.gz"
check "converts matbench structures" exits 0 "$get" convert mp "$work/mp.json.gz" --to "$work/data6"
printf 'formula,formation_energy_eV_atom\nMg1O2,-1.5\nSi1,0.25\n' > "$work/expected.csv"
check "to compositions" same "$work/data6/formation_energy/mp_dft.csv" "$work/expected.csv"
gzip -dc "$work/mp.json.gz" | head -c 200 > "$work/cut.json"
check "a truncated original exits 2" exits 2 "$get" convert mp "$work/cut.json" --to "$work/data7"
check "and leaves nothing" no_leftovers "$work/data7"
printf 'comp energy_pa delta_e\nMg1O1 -5 -2.9\nMg2O2 -5 -3.0\nSi1O2 -5 None\nFe1O1 -5 40\n' \
    > "$work/oqmd_all-22Mar18.csv"
tar -czf "$work/data.tar.gz" -C "$work" oqmd_all-22Mar18.csv
check "converts the ElemNet archive" exits 0 "$get" convert oqmd "$work/data.tar.gz" --to "$work/data6"
printf 'formula,formation_energy_eV_atom\nMg2O2,-3.0\n' > "$work/expected.csv"
check "lowest energy per composition" same "$work/data6/formation_energy/oqmd_dft.csv" "$work/expected.csv"
printf '{"H6Mg2Ru1":{"ID":"mp-1","Ef":-0.5}}' > "$work/Ef.json"
check "converts the TestStabilityML table" exits 0 "$get" convert mp-unique "$work/Ef.json" --to "$work/data6"
printf ',pretty_comp,gap expt\n0,Si,1.1\n' > "$work/gap.csv"
check "converts a pinned table with the right checksum" \
    exits 0 "$work/get-data" convert band-gap "$work/gap.csv" --to "$work/data6"
printf ',pretty_comp,gap expt\n0,Si,1.3\n' > "$work/gap.csv"
check "a pinned table with another checksum exits 2" \
    exits 2 "$work/get-data" convert band-gap "$work/gap.csv" --to "$work/data7"
printf 'version https://git-lfs.github.com/spec/v1\n' > "$work/gap.csv"
check "a Git LFS pointer exits 2" exits 2 "$get" convert band-gap "$work/gap.csv" --to "$work/data7"

if [ "$failures" -ne 0 ]; then
    echo "$failures checks failed"
    exit 1
fi
echo "all checks passed"
