#!/usr/bin/env bash
# A program outside the tree is built against the installed library and gets what the installed program gives.
#
# Usage: installed_library_test.sh PROGRAM BUILD_FOLDER
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build_folder=$(cd "$2" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$1"

install_library() {
  say "installation"
  run_quietly cmake --install "$build_folder" --prefix "$PWD/prefix"
  expect "the program" prefix/bin/epitaxy --version
  local headers
  headers=$(find prefix/include -name '*.h' | wc -l)
  expect "at most two dozen headers ($headers)" test "$headers" -ge 1 -a "$headers" -le 24
}

build_consumer() {
  say "a program outside the tree"
  cp -r "$here/../installed" source
  run_quietly cmake -S source -B consumer -DCMAKE_PREFIX_PATH="$PWD/prefix" -DCMAKE_BUILD_TYPE=Debug
  run_quietly cmake --build consumer
  consumer=consumer/consumer
}

test_consumer() {
  say "stages, data set, predictions, latent space"
  made_molecules
  expect_exit 0 "$consumer" run import.yaml imported
  expect "the same data set" test "$(hash_of imported/dataset.h5)" = "$(hash_of import/dataset.h5)"
  expect_exit 0 "$consumer" dataset imported/dataset.h5
  expect_message '^molecule [0-9]+$' '^gap_eV eV$'
  run_quietly "$program" run pretrain.yaml --set model.latent=8 --set training.epochs=2 --output run
  printf 'smiles\nCCO\nC1CC\n' >new.csv
  run_quietly "$program" predict --model run/best.h5 --input new.csv --output predicted.csv
  expect_exit 0 "$consumer" predict run/best.h5 CCO C1CC
  expect_message '^C1CC : .*syntax'
  expect "the same prediction" python3 - "$out" <<'PYTHON'
import csv, sys
line = next(line for line in open(sys.argv[1]) if line.startswith("CCO "))
row = next(csv.DictReader(open("predicted.csv")))
assert float(line.split()[1]) == float(row["gap_eV"]), (line, row)
PYTHON
  run_quietly "$program" encode --model run/best.h5 --input new.csv --output encoded.h5
  run_quietly "$program" decode --model run/best.h5 --input encoded.h5 --output decoded.csv
  expect_exit 0 "$consumer" latent run/best.h5 OCC C1CC
  expect_message '^C1CC : '
  expect "the same decoding" python3 - "$out" <<'PYTHON'
import csv, sys
line = next(line for line in open(sys.argv[1]) if line.startswith("OCC "))
row = next(csv.DictReader(open("decoded.csv")))
expected = row["canonical"] if row["valid"] == "1" else row["cause"]
assert line.split()[1:] == ["CCO", expected], (line, row)
PYTHON
  expect_exit 2 "$consumer" predict nowhere.h5 CCO
  expect_message 'consumer: nowhere.h5'
}

install_library
build_consumer
test_consumer
finish
