#!/usr/bin/env bash
# From a fresh Debian 12 machine to a first model: installs what is missing, builds, and runs workflows/quickstart.yaml
# on 2 ranks with the data that ships with the project. Run again, it resumes what was stopped and skips what is done.
#
#   workflows/quickstart.sh [arguments for `epitaxy run`, for example --fresh]
#
# EPITAXY_RANKS sets the number of ranks (2), EPITAXY_INSTALL=no keeps it from installing packages.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup.sh
source "$here/../tools/setup.sh"
cd "$root"

ranks=${EPITAXY_RANKS:-2}
output=runs/quickstart
source_table=$output/pauling.csv

say "looking for the packages that are needed"
tools/install-dependencies build

build_targets epitaxy

if [[ ! -s $source_table ]]; then
  say "generating the source table $source_table (Pauling's model of the heat of formation)"
  mkdir -p "$output"
  tools/generate-pauling-source --output "$source_table.partial.csv"
  mv "$source_table.partial.csv" "$source_table"
fi

say "running workflows/quickstart.yaml on $ranks ranks"
code=0
mpi_run "$ranks" "$build/epitaxy" run workflows/quickstart.yaml "$@" || code=$?

case $code in
  0) say "done. Results are in $root/$output: a folder a stage, each with summary.json, log.txt and its tables" ;;
  75) say "stopped at a checkpoint; run workflows/quickstart.sh again to resume" ;;
  *) say "epitaxy ended with exit code $code; the reason is above and in the log.txt of the stage under $root/$output" ;;
esac
exit "$code"
