# shellcheck shell=bash
# What the tests of the built program share; to be sourced as `source common.sh "$@"`, the program's path first.
#
# Sets program, work (a folder of its own, the current one from then on) and WORKFLOW (where the shipped stage files
# look for results of earlier stages). Checks count failures, and `finish` at the end of a test reports them. EPITAXY_KEEP=1 keeps the folder.
set -euo pipefail
program=$(realpath "${1:?usage: $0 PROGRAM}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup.sh
source "$here/../../tools/setup.sh"
inputs=$root/inputs/quickstart

# Only what a test sets counts; ranks that wait let others work, as several share a core here.
unset EPITAXY_DATA "${!SLURM_@}"
export OMPI_MCA_mpi_yield_when_idle=1

work=$(mktemp -d "${TMPDIR:-/tmp}/epitaxy-$(basename "$0" .sh).XXXXXX")
export WORKFLOW=$work
cd "$work"
out=$work/out
failures=0
trap 'clean_up $?' EXIT
trap 'exit 130' INT TERM

# shellcheck disable=SC2317  # called by the trap
clean_up() {
  local code=$1 left
  trap - EXIT
  set +e
  mapfile -t left < <(jobs -p)
  if [[ ${#left[@]} -gt 0 ]]; then
    kill -KILL "${left[@]}" 2>/dev/null
    wait 2>/dev/null
  fi
  cd /
  if [[ ${EPITAXY_KEEP:-} == 1 ]]; then
    say "kept $work"
  else
    rm -rf "$work"
  fi
  exit "$code"
}

skip() {
  say "skipped: $*"
  exit 77
}

finish() {
  if [[ $failures -gt 0 ]]; then
    fail "$failures checks failed"
  fi
  say "all checks passed"
}

ok() { printf 'ok    %s\n' "$*"; }

not_ok() {
  printf 'FAIL  %s\n' "$*"
  failures=$((failures + 1))
}

show_output() { tail -n 30 "$out" | sed 's/^/      /'; }

# To be followed by the number of ranks and the command.
launcher=(mpirun --bind-to none --oversubscribe -n)

# ranks N COMMAND...
ranks() { "${launcher[@]}" "$@"; }

# expect WHAT COMMAND...: the command succeeds.
expect() {
  local what=$1
  shift
  if "$@"; then ok "$what"; else not_ok "$what"; fi
}

# expect_equal WHAT ACTUAL EXPECTED
expect_equal() {
  if [[ $2 == "$3" ]]; then ok "$1"; else not_ok "$1: '$2', expected '$3'"; fi
}

# expect_exit CODE COMMAND...: what the command prints goes to $out, for expect_message.
expect_exit() {
  local expected=$1 code=0
  shift
  "$@" >"$out" 2>&1 </dev/null || code=$?
  local shown=("${@/#$program/epitaxy}")
  if [[ $code -eq $expected ]]; then
    ok "exit code $code: ${shown[*]//$work\//}"
  else
    not_ok "exit code $code, expected $expected: ${shown[*]//$work\//}"
    show_output
  fi
}

# expect_message PATTERN...: each extended regular expression matches a line of the last output.
expect_message() {
  local pattern
  for pattern in "$@"; do
    if grep -qE -- "$pattern" "$out"; then
      ok "says: $pattern"
    else
      not_ok "does not say: $pattern"
      show_output
    fi
  done
}

# run_quietly COMMAND...: ends the test with the output when the command fails.
run_quietly() {
  local code=0
  "$@" >"$out" 2>&1 </dev/null || code=$?
  if [[ $code -ne 0 ]]; then
    show_output
    fail "exit code $code: $*"
  fi
}

hash_of() { "$program" inspect "$1" --hash; }

# All but the last column, which holds seconds.
without_seconds() { sed 's/,[^,]*$//' "$1"; }

no_temporary_files() {
  local left
  left=$(find "$1" -name '*.tmp*' -o -name '.epitaxy_probe*')
  [[ -z $left ]] || { printf '      %s\n' "$left" && false; }
}

# import_pauling ROWS: a cheap source, imported where the shipped stages look for it.
import_pauling() {
  run_quietly "$root/tools/generate-pauling-source" --rows "$1" --output "$WORKFLOW/pauling.csv"
  run_quietly "$program" run "$inputs/import_pauling.yaml" --output "$WORKFLOW/import_pauling"
}

# train_composition_net: into composition/, where a model of molecules is wanted.
train_composition_net() {
  import_pauling 200
  cat >composition.yaml <<'YAML'
stage: pretrain
data: [{file: "${WORKFLOW}/import_pauling/dataset.h5", head: pauling}]
model: {kind: composition_net, widths: [8]}
training: {epochs: 1, batch: 64}
YAML
  run_quietly "$program" run composition.yaml --output composition
}

import_measured() { run_quietly "$program" run "$inputs/import_measured.yaml" --output "$WORKFLOW/import_measured"; }

# import_molecules ROWS: the first shipped molecules with two targets, into import_molecules/.
import_molecules() {
  head -n "$(($1 + 1))" "$inputs/data/molecules.csv" >"$WORKFLOW/molecules.csv"
  cat >"$WORKFLOW/import_molecules.yaml" <<'YAML'
stage: import
kind: molecules
source: ${WORKFLOW}/molecules.csv
targets:
  - {column: gap_xtb_eV, unit: eV}
  - {column: dipole_xtb_D, unit: D}
YAML
  run_quietly "$program" run "$WORKFLOW/import_molecules.yaml" --output "$WORKFLOW/import_molecules"
}

# tiny_autoencoder FILE: a stage file that pretrains on import_molecules/ and uses everything that draws random numbers.
tiny_autoencoder() {
  cat >"$1" <<'YAML'
stage: pretrain
data:
  - file: ${WORKFLOW}/import_molecules/dataset.h5
    heads:
      - {head: gap, target: gap_xtb_eV, label_share: 0.5, weight: 2}
      - {head: dipole, target: dipole_xtb_D}
validation: {fraction: 0.2}
model:
  kind: molecule_vae
  representation: selfies
  channels: [8, 8]
  kernels: [3, 3]
  dense: 24
  latent: 6
  layers: 2
  cells: 20
  token_dropout: 0.1
  free_bits: 0.05
  spellings: 2
  head_hidden: 8
training:
  epochs: 4
  batch: 32
  shards: 4
  precision: float32
  optimizer: {kind: adamw, average_decay: 0.9}
  learning_rate: {peak: 1.0e-2}
  gradient_clip: 1
  beta: {start: 0.01, end: 0.2, from_epoch: 1, to_epoch: 3}
evaluation: {decoded_rows: 300, points: 300, final_points: 600}
checkpoint: {every_minutes: 0.002}
YAML
}

# made_molecules: molecules made here, imported into import/, and pretrain.yaml, whose autoencoder learns to write them
# within seconds.
made_molecules() {
  python3 "$here/make_molecules.py"
  cat >import.yaml <<'YAML'
stage: import
kind: molecules
source: training.csv
targets:
  - {column: gap_eV, unit: eV}
  - {column: mu_D, unit: D}
YAML
  run_quietly "$program" run import.yaml --output import
  cat >pretrain.yaml <<'YAML'
stage: pretrain
data:
  - file: import/dataset.h5
    heads:
      - {head: gap, target: gap_eV}
      - {head: dipole, target: mu_D}
validation: {fraction: 0.1}
model: {kind: molecule_vae, representation: tokens, length: 20, channels: [8, 8], kernels: [3, 3], dense: 32, latent: 4,
  layers: 1, cells: 32}
training: {epochs: 30, batch: 30, precision: float32, learning_rate: {schedule: one_cycle, peak: 2.0e-2},
  beta: {start: 0.01, end: 0.01}}
evaluation: {decoded_rows: 10, points: 16, final_points: 16}
YAML
}

# await SECONDS WHAT COMMAND...: until the command succeeds; ends the test when it never does.
await() {
  local seconds=$1 what=$2 end
  shift 2
  end=$((SECONDS + seconds))
  until "$@"; do
    if [[ $SECONDS -ge $end ]]; then
      tail -n 10 "$work"/*.log 2>/dev/null
      fail "waited $seconds s in vain for $what"
    fi
    sleep 0.02
  done
}

has_lines() { [[ -f $1 && $(wc -l <"$1") -ge $2 ]]; }

# python_with MODULE...: a Python that has these, or nothing.
python_with() {
  local candidate modules
  modules=$(IFS=,; printf '%s' "$*")
  for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c "import $modules" 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
}
