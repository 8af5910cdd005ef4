#!/usr/bin/env bash
# MPI is started where a launcher set ranks, and nowhere else: a process alone works where MPI cannot even start, and of
# several processes one alone does what needs no ranks.
#
# Usage: start_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

printf 'formula,energy\nNaCl,-2.1\nMgO,-3.0\nTiO2,-3.2\n' >table.csv
cat >import.yaml <<'YAML'
stage: import
source: table.csv
targets:
  - {column: energy, unit: eV/atom}
YAML

# without_mpi COMMAND...: where Open MPI finds nothing of itself, so that MPI_Init fails.
without_mpi() { OPAL_PREFIX=$work/nowhere "$@"; }

# as_rank RANK COMMAND...: as a launcher starts it as one of two.
as_rank() { env OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_RANK="$1" "${@:2}"; }

say "a process alone"
expect_exit 0 without_mpi "$program" --version
expect_message '^epitaxy [0-9]' '^MPI: '
mpi=$(sed -n 's/^MPI: //p' "$out")
expect_exit 0 without_mpi "$program" run import.yaml --output alone
expect_exit 0 without_mpi "$program" inspect alone/dataset.h5
expect_message '^rows: 3$'

say "one of two processes, for what needs no ranks"
for command in '--version' 'inspect alone/dataset.h5' 'check import.yaml'; do
  read -ra words <<<"$command"
  expect_exit 0 without_mpi as_rank 0 "$program" "${words[@]}"
  expect "the first says something" test -s "$out"
  expect_exit 0 without_mpi as_rank 1 "$program" "${words[@]}"
  expect "the second says nothing" test ! -s "$out"
done

say "one of two processes, for what ranks share"
if [[ $mpi == none ]]; then
  expect_exit 2 as_rank 0 "$program" run import.yaml --output refused
  expect_message 'a launcher started 2 ranks, but this epitaxy was built without MPI: start it without mpirun or srun'
  expect_exit 2 as_rank 1 "$program" run import.yaml --output refused
  expect "the second says nothing" test ! -s "$out"
  expect "and nothing was done" test ! -e refused
  finish
  exit
fi
# This also shows that MPI would not have started above.
code=0
without_mpi as_rank 0 "$program" run import.yaml --output started >"$out" 2>&1 || code=$?
expect "MPI is started, which fails here: exit code $code" test "$code" -ne 0
expect "and nothing was done" test ! -e started

say "a launcher of another MPI"
for size in OMPI_COMM_WORLD_SIZE SLURM_STEP_NUM_TASKS; do
  expect_exit 2 env $size=4 "$program" run import.yaml --output other
  expect_message '^epitaxy: the launcher started 4 ranks, but to MPI there are 1: start epitaxy with the mpirun, or the srun --mpi, of the MPI that it was built with \(.+\)$'
done
expect_exit 2 as_rank 0 "$program" predict --model nowhere.h5 --input table.csv --output predicted.csv
expect_message 'the launcher started 2 ranks, but to MPI there are 1'
expect_exit 2 as_rank 1 "$program" run import.yaml --output other
expect "the second says nothing" test ! -s "$out"
expect_exit 2 ranks 2 env OMPI_COMM_WORLD_SIZE=4 "$program" run import.yaml --output other
expect_equal "two ranks say it once" "$(grep -c 'the launcher started 4 ranks, but to MPI there are 2' "$out")" 1
expect "and nothing was done" test ! -e other
expect_exit 0 env OMPI_COMM_WORLD_SIZE=1 "$program" run import.yaml --output other

say "two ranks"
expect_exit 0 ranks 2 "$program" --version
expect_equal "the version stands there once" "$(grep -c '^MPI: ' "$out")" 1
expect_exit 0 ranks 2 "$program" run import.yaml --output two
expect_equal "the same data set" "$("$program" inspect two/dataset.h5 --hash)" "$("$program" inspect alone/dataset.h5 --hash)"
finish
