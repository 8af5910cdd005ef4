#!/usr/bin/env bash
# The disk fills while checkpoints are written: the last checkpoint stays, the run says what happened and goes on or
# ends, and once there is space again it ends in the same bits as one that was not disturbed.
#
# Usage: full_disk_test.sh PROGRAM      Exit code 77: no small file system can be mounted here.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# A mount that nobody else sees and that goes with this process.
if [[ -z ${EPITAXY_OWN_MOUNTS:-} ]]; then
  namespace=(unshare --mount)
  [[ $(id -u) -eq 0 ]] || namespace+=(--map-root-user)
  if ! "${namespace[@]}" true 2>/dev/null; then
    echo "== skipped: no file system can be mounted here (unshare --mount failed)"
    exit 77
  fi
  EPITAXY_OWN_MOUNTS=1 exec "${namespace[@]}" "${BASH_SOURCE[0]}" "$@"
fi
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

mkdir disk
mount -t tmpfs -o size=24m epitaxy_test disk 2>/dev/null || skip "no small file system can be mounted here"

trap 'umount "$work/disk" 2>/dev/null; clean_up $?' EXIT

import_pauling 1500
# Nothing but checkpoints is written on the way. One has about 3 MB.
cat >pretrain.yaml <<'YAML'
stage: pretrain
data: [{file: "${WORKFLOW}/import_pauling/dataset.h5", head: pauling}]
validation: {fraction: 0}
test: {fraction: 0.1}
model: {kind: composition_net, widths: [384, 384, 128]}
training: {epochs: 100, batch: 128, shards: 2, precision: float32}
checkpoint: {every_minutes: 0.001}
YAML

free_kilobytes() { df --output=avail -k disk | tail -n 1; }

# Leaves room for half a checkpoint, so that the next one stops in the middle.
fill_disk() {
  local half=$(($(stat -c %s "$1/checkpoint.h5") / 2048))
  dd if=/dev/zero of=disk/filler bs=1K count=$(($(free_kilobytes) - half)) status=none 2>/dev/null || true
}

start() {
  "$program" run pretrain.yaml --output "$1" >"$2.log" 2>&1 </dev/null &
  launched=$!
}

readable() { hash_of "$1" >/dev/null; }

ended() { ! kill -0 "$launched" 2>/dev/null; }

reap() {
  await 120 "the run to end" ended
  code=0
  wait "$launched" || code=$?
}

warned() { grep -qE '^warning: cannot write .*checkpoint.*; the run goes on' "$1"; }

same_as_reference() {
  expect_equal "$1: hash of checkpoint.h5" "$(hash_of "$1/checkpoint.h5")" "$(hash_of reference/checkpoint.h5)"
  expect_equal "$1: hash of best.h5" "$(hash_of "$1/best.h5")" "$(hash_of reference/best.h5)"
  expect "$1: metrics.csv" cmp <(without_seconds "$1/metrics.csv") <(without_seconds reference/metrics.csv)
  expect "$1: predictions.csv" cmp "$1/predictions.csv" reference/predictions.csv
  expect "$1: no temporary files are left" no_temporary_files "$1"
}

run_quietly "$program" run pretrain.yaml --output reference

say "space comes back while the run goes on"
start disk/goes_on goes_on
await 60 "two checkpoints" test -e disk/goes_on/checkpoint.previous.h5
fill_disk disk/goes_on
await 60 "a warning" eval 'warned goes_on.log || ended'
expect "the run warns and goes on" warned goes_on.log
expect "the warning names the cause" grep -qE 'No space left on device.*free on that file system' goes_on.log
expect "the checkpoint on the full disk is readable" readable disk/goes_on/checkpoint.h5
rm disk/filler
reap
expect_equal "exit code with space again" "$code" 0
same_as_reference disk/goes_on
rm -r disk/goes_on

say "the disk stays full"
start disk/ends ends
await 60 "two checkpoints" test -e disk/ends/checkpoint.previous.h5
fill_disk disk/ends
reap
expect_equal "exit code on a full disk" "$code" 1
expect "the error names file, cause and what to do" grep -qE \
  '^epitaxy: cannot write .*checkpoint.*No space left on device.*free some space and run again, nothing was lost' ends.log
expect "the checkpoint is readable" readable disk/ends/checkpoint.h5
expect "the one before is readable" readable disk/ends/checkpoint.previous.h5
expect "no temporary files are left" no_temporary_files disk/ends
expect "nothing claims to be done" test ! -e disk/ends/summary.json

start disk/ends still_full
reap
expect "run again on the full disk it fails (exit code $code) and says why" grep -qE 'No space left on device' still_full.log
expect "with an error" test "$code" -eq 1 -o "$code" -eq 2
expect "the checkpoint is still readable" readable disk/ends/checkpoint.h5

rm disk/filler
start disk/ends resumed
reap
expect_equal "exit code with space again" "$code" 0
expect "it resumed" grep -q '^resuming' resumed.log
same_as_reference disk/ends

say "a data set that does not fit"
rm -r disk/ends
dd if=/dev/zero of=disk/filler bs=1K count=$(($(free_kilobytes) - 200)) status=none
expect_exit 1 "$program" run "$inputs/import_pauling.yaml" --output disk/import
expect_message 'cannot write disk/import/dataset.h5: .*No space left on device.*free some space'
expect "no part of the data set is left" no_temporary_files disk/import
expect "and no data set" test ! -e disk/import/dataset.h5

finish
