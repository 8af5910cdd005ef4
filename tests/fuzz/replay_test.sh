#!/usr/bin/env bash
# The readers of files and texts with the address and undefined-behavior sanitizers: builds them in FOLDER, gives each
# the inputs of tests/fuzz/corpus and mutations of these, which are the same every time. Usage: replay_test.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup.sh
source "$here/../../tools/setup.sh"
build=${1:?usage: replay_test.sh FOLDER}
mutations=500

say "building the readers with sanitizers in $build"
cmake -S "$root" -B "$build" -G Ninja --log-level=WARNING -DEPITAXY_FUZZ=ON -DEPITAXY_NATIVE=OFF \
  -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -g1" >/dev/null || fail "cmake failed (see above)"
cmake --build "$build" --parallel "$(env -u OMP_NUM_THREADS nproc)" --target fuzz_replay

say "giving inputs to the readers"
cd "$build"
tests/fuzz/fuzz_replay "$mutations" "$here/corpus"
