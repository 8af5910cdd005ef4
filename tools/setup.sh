# shellcheck shell=bash
# What workflows/quickstart.sh and tests/run.sh share: where the tree is, building it, starting ranks. To be sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release

say() { printf '== %s\n' "$*"; }
fail() {
  printf '== %s\n' "$*" >&2
  exit 1
}

# build_targets [TARGET]...: configures the release preset and builds the targets, or everything.
build_targets() {
  local target targets=() processes
  for target in "$@"; do
    targets+=(--target "$target")
  done
  say "configuring the release build in $build"
  (cd "$root" && cmake --preset release --log-level=WARNING >/dev/null) ||
    fail "cmake failed (see above). After a change of machine or compiler, remove $build and run again."
  processes=$(env -u OMP_NUM_THREADS nproc) # which otherwise counts threads of OpenMP
  say "building ${*:-everything} with $processes processes"
  cmake --build "$build" --parallel "$processes" "${targets[@]}"
}

# One thread a rank: ranks share the cores, and BLAS threads would change the order of sums.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

# Open MPI asks root for these two words; inside a container root is the usual user.
if [[ $(id -u) -eq 0 ]]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

# mpi_run RANKS COMMAND...: without binding, which fails in some containers and would pin two programs to one core, and
# without mpirun's own count of free cores, which leaves out hardware threads.
mpi_run() {
  local ranks=$1
  local options=(--bind-to none --oversubscribe)
  shift
  if [[ ! -t 1 ]]; then
    export TERM=dumb # mpirun gives the ranks a pseudo-terminal even when its own output is a file
  fi
  mpirun "${options[@]}" -n "$ranks" "$@"
}
