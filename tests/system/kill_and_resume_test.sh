#!/usr/bin/env bash
# Nothing is lost: a pretraining that is killed or stopped, in any way and at any moment, and run again ends in the same
# checkpoint, best model and tables as one that was left alone, whatever the number of ranks in between.
#
# Usage: kill_and_resume_test.sh PROGRAM      EPITAXY_TEST_SEED=N repeats the moments of an earlier run.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

readonly seed=${EPITAXY_TEST_SEED:-$RANDOM}
RANDOM=$seed
say "moments drawn with EPITAXY_TEST_SEED=$seed"
readonly wanted_seconds=3 # of training on one rank with nothing else running: room for the moments

import_pauling 2000
options=("$inputs/pretrain.yaml" --set "model.widths=[512,512,128]" --set training.batch=256
  --set training.precision=float32 --set checkpoint.every_minutes=0.002)

# choose_epochs FOLDER: as many as take wanted_seconds here; tried in the folder.
choose_epochs() {
  run_quietly "$program" run "${options[@]}" --set training.epochs=12 --output "$1"
  awk -F, -v target="$wanted_seconds" '
    NR > 1 && (!fastest || $NF < fastest) { fastest = $NF }
    END { epochs = int(target / (fastest + 0.001)); print (epochs < 30 ? 30 : epochs > 800 ? 800 : epochs) }' \
    "$1/metrics.csv"
}

# same_as FOLDER REFERENCE WHAT
same_as() {
  local file
  for file in checkpoint.h5 best.h5; do
    expect_equal "$3: hash of $file" "$(hash_of "$1/$file")" "$(hash_of "$2/$file")"
  done
  expect "$3: metrics.csv" cmp <(without_seconds "$1/metrics.csv") <(without_seconds "$2/metrics.csv")
  expect "$3: predictions.csv" cmp "$1/predictions.csv" "$2/predictions.csv"
  expect "$3: no temporary files are left" no_temporary_files "$1"
}

# start RANKS FOLDER [ARGUMENT...]: in the background; sets launched. What it says goes to FOLDER.log.
start() {
  local count=$1 folder=$2
  shift 2
  if [[ $count -eq 1 ]]; then
    "$program" run "${options[@]}" --output "$folder" "$@" >>"$folder.log" 2>&1 </dev/null &
  else
    "${launcher[@]}" "$count" "$program" run "${options[@]}" --output "$folder" "$@" >>"$folder.log" 2>&1 </dev/null &
  fi
  launched=$!
}

# The epitaxy processes of the last start.
processes() {
  if [[ /proc/$launched/exe -ef $program ]]; then
    echo "$launched"
  else
    pgrep -P "$launched" || true
  fi
}

running() { kill -0 "$launched" 2>/dev/null; }
ended() { ! running; }

# Waits for the last start; sets code.
reap() {
  await 150 "the run to end" ended
  code=0
  wait "$launched" || code=$?
}

# random_moment FOLDER: within the next fifth of the epochs.
random_moment() {
  local more=$((1 + RANDOM % (epochs / 5)))
  if [[ -f $1/metrics.csv ]]; then
    more=$((more + $(wc -l <"$1/metrics.csv")))
  fi
  await 120 "a moment in the training" eval "has_lines $1/metrics.csv $more || ended"
  sleep "0.0$((RANDOM % 100))"
}

# kill_until_done NAME RANKS...: kills a run on each of these numbers of ranks, then lets one end. Of several
# processes one is killed, so that the others have to end with it.
kill_until_done() {
  local name=$1 count victims victim kills=0
  shift
  for count in "$@"; do
    start "$count" "$name"
    random_moment "$name"
    mapfile -t victims < <(processes)
    if [[ ${#victims[@]} -gt 0 ]]; then
      victim=${victims[RANDOM % ${#victims[@]}]}
      kill -KILL "$victim" 2>/dev/null && kills=$((kills + 1))
    fi
    reap
    expect "$name: killed on $count ranks it ends with an error (exit code $code)" \
      test "$code" -ne 0 -a "$code" -ne 75 -a "$code" -ne 2
  done
  start 1 "$name"
  reap
  expect_equal "$name: the last run ends with exit code" "$code" 0
  expect_equal "$name: kills that hit" "$kills" "$#"
  expect "$name: it resumed from checkpoints" grep -q '^resuming' "$name.log"
  same_as "$name" "$reference" "$name"
}

# stop_and_resume NAME RANKS NEXT_RANKS COMMAND...: starts, waits for an epoch, runs the command, expects exit code 75,
# and lets the run end on another number of ranks.
stop_and_resume() {
  local name=$1 count=$2 next=$3
  shift 3
  start "$count" "$name"
  await 60 "the first epoch" has_lines "$name/metrics.csv" 2
  "$@"
  reap
  expect_equal "$name: exit code on $count ranks" "$code" 75
  expect "$name: says what stopped it" grep -qE '^stopped by .* at epoch [0-9]+, step [0-9]+: run again' "$name.log"
  expect "$name: not done yet" test ! -e "$name/summary.json"
  start "$next" "$name"
  reap
  expect_equal "$name: exit code when run again on $next ranks" "$code" 0
  expect "$name: it resumed" grep -q '^resuming' "$name.log"
  same_as "$name" "$reference" "$name"
}

# signal_ranks SIGNAL all|one
signal_ranks() {
  local targets
  mapfile -t targets < <(processes)
  [[ ${#targets[@]} -gt 0 ]] || fail "nothing is running that could be sent $1"
  if [[ $2 == one ]]; then
    targets=("${targets[RANDOM % ${#targets[@]}]}")
  fi
  kill "-$1" "${targets[@]}"
}

# Each state that a kill in the middle of writing a checkpoint can leave behind.
test_torn_writes() {
  local state
  start 1 torn
  await 60 "two checkpoints" test -e torn/checkpoint.previous.h5
  signal_ranks TERM all
  reap
  expect_equal "a run to tear: exit code" "$code" 75
  for state in temporary next_and_current next_only previous_only; do
    cp -r torn "torn_$state"
  done
  # As of another machine, two days ago: of this one's processes the kills above leave files.
  head -c 5000 torn/checkpoint.h5 >torn_temporary/checkpoint.next.h5.tmp12345-1-00000000
  touch -d '2 days ago' torn_temporary/checkpoint.next.h5.tmp12345-1-00000000
  cp torn/checkpoint.h5 torn_next_and_current/checkpoint.next.h5
  mv torn_next_only/checkpoint.h5 torn_next_only/checkpoint.next.h5
  rm torn_previous_only/checkpoint.h5
  for state in temporary next_and_current next_only previous_only; do
    start 1 "torn_$state"
    reap
    expect_equal "torn_$state: exit code" "$code" 0
    expect "torn_$state: it resumed" grep -q '^resuming' "torn_$state.log"
    same_as "torn_$state" reference "torn_$state"
  done
}

# An epoch of a single step has no middle, so it is left between epochs.
test_single_step_epochs() {
  options=("$inputs/pretrain.yaml" --set "model.widths=[128,64]" --set training.batch=1600
    --set training.precision=float32 --set checkpoint.every_minutes=0.002 --set training.epochs=1000)
  start 1 single
  await 60 "a checkpoint" test -e single/checkpoint.h5
  signal_ranks TERM all
  reap
  expect_equal "epochs of one step: exit code" "$code" 75
  start 2 single
  reap
  expect_equal "epochs of one step: exit code when run again" "$code" 0
  expect "epochs of one step: it resumed" grep -q '^resuming' single.log
  run_quietly "$program" run "${options[@]}" --output single_reference
  same_as single single_reference "epochs of one step"
}

# What is complete stays as it is.
test_run_again() {
  local before name
  options=("$inputs/pretrain.yaml" --set "model.widths=[32]" --set training.batch=64 --set training.precision=float32
    --set training.learning_rate.peak=0.1 --set training.patience=3 --set training.epochs=300)
  expect_exit 0 "$program" run "${options[@]}" --output early
  expect "the run stopped early" grep -q '"stopped_early": true' early/summary.json
  cp -r early early_before
  expect_exit 0 "$program" run "${options[@]}" --output early
  same_as early early_before "run again after early stopping"
  for name in epochs stopped_early best_epoch; do
    before=$(grep "\"$name\"" early_before/summary.json)
    expect_equal "run again after early stopping: $name" "$(grep "\"$name\"" early/summary.json)" "$before"
  done
  expect_exit 0 "$program" run "${options[@]}" --output early --fresh
  expect "--fresh starts anew" test "$(grep -c resuming "$out")" -eq 0
  same_as early early_before "--fresh"
}

# The autoencoder draws more, and more of it lies in the checkpoint.
test_molecules() {
  import_molecules 400
  tiny_autoencoder molecules.yaml
  options=(molecules.yaml)
  epochs=$(choose_epochs trial_molecules)
  say "molecules: $epochs epochs for about $wanted_seconds s"
  options+=(--set "training.epochs=$epochs" --set "training.beta.to_epoch=$epochs")
  reference=molecules_reference
  run_quietly "$program" run "${options[@]}" --output "$reference"
  kill_until_done molecules_killed 1 2 4
  stop_and_resume molecules_term 2 1 signal_ranks TERM all
}

reference=reference
epochs=$(choose_epochs trial)
options+=(--set "training.epochs=$epochs")
say "$epochs epochs for about $wanted_seconds s"
run_quietly "$program" run "${options[@]}" --output reference

kill_until_done killed_alone 1 1 1
kill_until_done killed_ranks 2 3 1
stop_and_resume term 2 1 signal_ranks TERM all
stop_and_resume usr1 1 3 signal_ranks USR1 all
stop_and_resume usr1_on_one_rank 4 2 signal_ranks USR1 one
stop_and_resume int 2 2 signal_ranks INT all
stop_and_resume stop_file 2 4 touch stop_file/STOP
expect "the STOP file is gone" test ! -e stop_file/STOP

start 1 walltime --set walltime=00:00:01
reap
expect_equal "walltime: exit code" "$code" 75
expect "walltime: says so" grep -q '^stopped by the wall-time budget of 1' walltime.log
start 2 walltime
reap
expect_equal "walltime: exit code when run again" "$code" 0
same_as walltime reference walltime

test_torn_writes
test_single_step_epochs
test_run_again
test_molecules

finish
