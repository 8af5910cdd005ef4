#!/usr/bin/env bash
# Installs what is missing, builds everything in build/release and runs all tests.
#
#   tests/run.sh [arguments for ctest]     for example: tests/run.sh -L unit, tests/run.sh -R slurm -V
#
# Tests that take many minutes have the label `long`: they run when they are asked for (tests/run.sh -L long).
#
# EPITAXY_DATA names the folder with the large public data sets (see tools/get-data); tests that need them skip
# without it. EPITAXY_INSTALL=no keeps it from installing packages.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup.sh
source "$here/../tools/setup.sh"

if [[ -n ${EPITAXY_DATA:-} ]]; then
  # Tests run in other folders than this one, so a relative path is made absolute here.
  EPITAXY_DATA=$(cd "$EPITAXY_DATA" && pwd) || fail "EPITAXY_DATA names a folder that is not there"
  export EPITAXY_DATA
  say "data from EPITAXY_DATA: $EPITAXY_DATA"
else
  say "EPITAXY_DATA is not set: tests that need the large data sets skip"
fi

say "looking for the packages that are needed"
"$root/tools/install-dependencies" test

build_targets # everything

say "running the tests"
code=0
choice=("$@")
if [[ " $* " != *" -L long "* ]]; then
  choice+=(-LE '^long$')
fi
ctest --test-dir "$build" --output-on-failure --no-tests=error "${choice[@]}" || code=$?
if [[ $code -eq 0 ]]; then
  say "all tests that ran passed"
else
  say "tests failed (ctest exit code $code); the log is $build/Testing/Temporary/LastTest.log"
fi
exit "$code"
