#!/usr/bin/env bash
# Builds everything with the address and undefined-behavior sanitizers in build/asan and runs the unit and MPI tests,
# with leaks counted but for those of Open MPI (tests/sanitizers/leaks.txt).
#
#   tests/sanitize.sh [arguments for ctest]     for example: tests/sanitize.sh -R unit.chem
#
# EPITAXY_INSTALL=no keeps it from installing packages.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup.sh
source "$here/../tools/setup.sh"

say "looking for the packages that are needed"
"$root/tools/install-dependencies" test

cd "$root"
say "building with sanitizers in $root/build/asan"
cmake --preset asan --log-level=WARNING >/dev/null || fail "cmake failed (see above)"
cmake --build --preset asan --parallel "$(env -u OMP_NUM_THREADS nproc)"

say "running the unit and MPI tests"
ctest --preset asan "$@" || fail "tests failed (see above); the log is build/asan/Testing/Temporary/LastTest.log"
say "the sanitizers have nothing to say"
