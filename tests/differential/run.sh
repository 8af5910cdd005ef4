#!/usr/bin/env bash
# Runs a script of this folder with the references that Debian does not have, from PyPI.
#
#   tests/differential/run.sh SCRIPT.py [arguments]     for example: formulas.py build/release/tests/print_formulas
#
# The virtual environment is made once, in build/venv_differential. Without it and without PyPI the exit code is 77.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup.sh
source "$here/../../tools/setup.sh"

environment=$root/build/venv_differential
log=$root/build/venv_differential.log

skip() {
  say "skipped: $*"
  exit 77
}

# make_environment: from requirements.txt. The copy of that file is the mark that it is whole.
make_environment() {
  cmp --silent "$here/requirements.txt" "$environment/requirements.txt" && return
  say "making $environment"
  rm -rf "$environment"
  # Debian's Python first: PyPI has the old RDKit for few.
  /usr/bin/python3 -m venv "$environment" >"$log" 2>&1 || python3 -m venv --clear "$environment" >>"$log" 2>&1 ||
    skip "python3 -m venv fails, see $log (tools/install-dependencies test installs it)"
  "$environment/bin/pip" install --quiet --retries 1 --requirement "$here/requirements.txt" >>"$log" 2>&1 ||
    skip "pip cannot install what requirements.txt lists (is PyPI reachable?), see $log"
  cp "$here/requirements.txt" "$environment/requirements.txt"
}

script=${1:?usage: run.sh SCRIPT.py [arguments]}
shift
mkdir -p "$root/build"
# Tests that run side by side make it once.
exec {lock}>"$root/build/venv_differential.lock"
flock "$lock"
make_environment
exec {lock}>&-
export PYTHONDONTWRITEBYTECODE=1
exec "$environment/bin/python" "$here/$script" "$@"
