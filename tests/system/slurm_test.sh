#!/usr/bin/env bash
# Runs slurm/submit.sh and slurm/stage.sbatch under a real Slurm that it starts on this machine, in a folder of its own
# and with its own ports, key and configuration:
#
#   - a stage with wrong input fails its job with exit code 2, and the jobs that depend on it are canceled;
#   - a job under mpirun that is sent USR1 writes a checkpoint, requeues itself and ends as one that was left alone;
#   - in a chain of import, pretrain and finetune, pretrain runs into its time limit, stops at a checkpoint, is requeued
#     by its own script, resumes, and ends with the hash of an uninterrupted run; finetune follows.
#
# Usage: slurm_test.sh PROGRAM      Exit code 77: Slurm cannot be started here. EPITAXY_KEEP=1 keeps the folder.
set -euo pipefail
program=$(realpath "${1:?usage: slurm_test.sh PROGRAM}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tools/setup.sh
source "$root/tools/setup.sh"
# shellcheck source=tests/system/slurm_cluster.sh
source "$here/slurm_cluster.sh"

readonly signal_seconds=25 # Slurm rounds: a job of one minute is warned between its 5th and its 35th second
readonly target_seconds=50 # of training, so that one such job cannot finish it
readonly short_epochs=4

base=$(mktemp -d "${TMPDIR:-/tmp}/epitaxy-slurm.XXXXXX")
runs="$base/runs with spaces"
mkdir "$runs"
trap 'finish $?' EXIT
trap 'exit 130' INT TERM

# shellcheck disable=SC2317  # called by the trap
finish() {
  local code=$1
  trap - EXIT
  set +e
  if [[ $code -ne 0 && $code -ne 77 ]]; then
    tail -n 40 "$base"/*.log "$runs"/*/slurm-*.log 2>/dev/null
  fi
  stop_cluster
  if [[ ${EPITAXY_KEEP:-} == 1 ]]; then
    say "kept $base"
  else
    rm -rf "$base"
  fi
  exit "$code"
}

# expect WHAT ACTUAL EXPECTED
expect() {
  [[ $2 == "$3" ]] || fail "FAILED: $1: expected '$3', got '$2'"
  say "ok: $1: $2"
}

# write_workflow FILE SOURCE_TABLE PRETRAIN_EPOCHS PRETRAIN_TIME
write_workflow() {
  cat >"$1" <<YAML
workflow: slurm_test
stages:
  - {name: import, file: "\${HERE}/import.yaml", ranks: 1, time: "00:02:00", set: {source: "$2"}}
  - {name: pretrain, file: "\${HERE}/pretrain.yaml", ranks: 2, time: "$4", set: {training.epochs: $3}}
  - {name: finetune, file: "\${HERE}/finetune.yaml", ranks: 2, time: "00:02:00"}
YAML
}

write_stages() {
  "$root/tools/generate-pauling-source" --rows 3000 --output "$base/source.csv" >/dev/null
  cat >"$base/import.yaml" <<'YAML'
stage: import
source: source.csv
formula_column: formula
targets:
  - {column: formation_energy_eV_atom, unit: eV/atom}
YAML
  cat >"$base/pretrain.yaml" <<'YAML'
stage: pretrain
data:
  - {file: "${WORKFLOW}/import/dataset.h5", head: pauling}
validation: {fraction: 0.1}
model: {kind: composition_net}
training:
  epochs: 1
  batch: 64
  shards: 2
checkpoint: {every_minutes: 10}
YAML
  cat >"$base/finetune.yaml" <<'YAML'
stage: finetune
data: {file: "${WORKFLOW}/import/dataset.h5"}
pretrained: "${WORKFLOW}/pretrain/best.h5"
head: {name: target, start_from: pauling}
folds: 2
training: {epochs: 1, batch: 128}
variants:
  direct: {}
  fine_tune: {}
YAML
}

# run_directly WORKFLOW OUTPUT STAGE...: without Slurm; prints what epitaxy says only if it fails.
run_directly() {
  local workflow=$1 output=$2 stage
  shift 2
  for stage in "$@"; do
    mpi_run 2 "$program" run "$workflow" --stage "$stage" --output "$output" >"$base/direct.log" 2>&1 ||
      fail "FAILED: $program run $workflow --stage $stage (exit code $?; see direct.log below)"
  done
}

hash_of() { "$program" inspect "$1/pretrain/checkpoint.h5" --hash; }

# The number of epochs that takes about target_seconds, from the mean of the epochs after the first in metrics.csv.
choose_epochs() {
  awk -F, -v target="$target_seconds" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == "seconds") column = i }
    NR > 2 && column { total += $column; count++ }
    END { if (!count || total <= 0) exit 1; print int(target * count / total) + 1 }' "$1/pretrain/metrics.csv" ||
    fail "FAILED: $1/pretrain/metrics.csv has no column 'seconds' with a row an epoch"
}

# submit NAME WORKFLOW [-- OPTION...]: submits the chain with output in $runs/NAME and sets jobs to its three numbers.
submit() {
  local name=$1 workflow=$2
  shift 2
  "$root/slurm/submit.sh" "$workflow" --output "$runs/$name" "$@" | tee "$base/submitted"
  mapfile -t jobs < <(sed -n 's/.*job \([0-9]*\)$/\1/p' "$base/submitted")
  expect "submit.sh submitted the chain '$name': number of jobs" "${#jobs[@]}" 3
}

test_failure() {
  write_workflow "$base/broken.yaml" "$base/no such table.csv" 1 00:10:00
  EPITAXY_LAUNCHER=mpirun submit broken "$base/broken.yaml"
  await 60 "the job with wrong input to fail" job_is "${jobs[0]}" FAILED
  expect "exit code of the job with wrong input" "$(job_field "${jobs[0]}" ExitCode)" 2:0
  await 30 "the dependent job to be canceled" job_is "${jobs[1]}" CANCELLED
  await 30 "the job after that to be canceled" job_is "${jobs[2]}" CANCELLED
}

test_signal_under_mpirun() {
  local expected=$1
  EPITAXY_LAUNCHER=mpirun submit signaled "$base/short.yaml"
  await 120 "the first epoch of pretrain" has_lines "$runs/signaled/pretrain/metrics.csv" 2
  scancel --batch --signal=USR1 "${jobs[1]}"
  await 60 "the job to be requeued" restarted "${jobs[1]}"
  await 180 "the requeued job to complete" job_is "${jobs[1]}" COMPLETED
  expect "hash after USR1 under mpirun" "$(hash_of "$runs/signaled")" "$expected"
  scancel "${jobs[2]}"
}

# Returns 1 if the job was too fast to meet its limit.
test_time_limit() {
  local expected=$1 log
  EPITAXY_SIGNAL_SECONDS=$signal_seconds submit chain "$base/long.yaml"
  await 400 "the chain to end" job_ended "${jobs[2]}"
  log="$runs/chain/slurm-pretrain-${jobs[1]}.log"
  expect "states of the chain" "$(for job in "${jobs[@]}"; do job_field "$job" JobState; done | xargs)" \
    "COMPLETED COMPLETED COMPLETED"
  if [[ $(job_field "${jobs[1]}" Restarts) -eq 0 ]]; then
    return 1
  fi
  say "pretrain was requeued $(job_field "${jobs[1]}" Restarts) times; its log:"
  cat "$log"
  grep --quiet 'signal USR1: asking epitaxy to stop' "$log" || fail "FAILED: the log shows no signal before the limit"
  grep --quiet 'stopped at a checkpoint: requeueing' "$log" || fail "FAILED: the log shows no requeue"
  if grep --quiet 'TIME LIMIT' "$log"; then
    fail "FAILED: Slurm had to end the job at its limit"
  fi
  expect "hash after the time limit" "$(hash_of "$runs/chain")" "$expected"
}

say "starting Slurm in $base"
start_cluster
export EPITAXY=$program
cd "$base"
write_stages
test_failure

write_workflow "$base/short.yaml" "$base/source.csv" "$short_epochs" 00:10:00
run_directly "$base/short.yaml" "$runs/short" import pretrain
test_signal_under_mpirun "$(hash_of "$runs/short")"

epochs=$(choose_epochs "$runs/short")
for attempt in 1 2; do
  say "pretrain takes $epochs epochs for about $target_seconds s"
  write_workflow "$base/long.yaml" "$base/source.csv" "$epochs" 00:01:00
  rm -rf "$runs/reference" "$runs/chain"
  run_directly "$base/long.yaml" "$runs/reference" import pretrain
  if test_time_limit "$(hash_of "$runs/reference")"; then
    say "all checks passed"
    exit 0
  fi
  say "the job ended before its limit (attempt $attempt): this machine became faster; twice the epochs"
  epochs=$((2 * epochs))
done
fail "FAILED: pretrain never met its time limit"
