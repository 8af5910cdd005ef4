# shellcheck shell=bash
# What the tests of the finetune stage share, besides common.sh; to be sourced after it. The test sets `options`, the
# arguments of `run`.

# same_results FOLDER WHAT: the results of a folder are those of `one`.
same_results() {
  local name
  expect_equal "$2: hash of model.h5" "$(hash_of "$1/model.h5")" "$(hash_of one/model.h5)"
  for name in one/summary.json one/*.csv; do
    expect "$2: ${name#one/}" cmp "$1/${name#one/}" "$name"
  done
  expect "$2: no temporary files are left" no_temporary_files "$1"
}

ended() { ! kill -0 "$launched" 2>/dev/null; }
count_jobs() { { find "$1/jobs" -name '*.h5' 2>/dev/null || true; } | wc -l; }
some_jobs() { [[ $(count_jobs "$1") -ge $2 ]]; }

# interrupt FOLDER SIGNAL JOBS: one of 2 ranks, once so many more jobs are done; sets code.
interrupt() {
  local targets before
  before=$(count_jobs "$1")
  "${launcher[@]}" 2 "$program" run "${options[@]}" --output "$1" >>"$1.log" 2>&1 </dev/null &
  launched=$!
  await 120 "$3 more jobs" some_jobs "$1" $((before + $3))
  mapfile -t targets < <(pgrep -P "$launched")
  [[ ${#targets[@]} -gt 0 ]] || fail "the run ended before it could be sent $2"
  kill "-$2" "${targets[-1]}"
  await 60 "the run to end" ended
  code=0
  wait "$launched" || code=$?
}

# interrupt_and_resume FOLDER JOBS: killed on one rank, stopped on one rank, run again alone; it has so many jobs.
interrupt_and_resume() {
  local kept
  interrupt "$1" KILL 2
  expect "killed on one of 2 ranks it fails (exit code $code)" test "$code" -ne 0 -a "$code" -ne 75
  interrupt "$1" TERM 2
  expect_equal "exit code after TERM on one of 2 ranks" "$code" 75
  expect "it says what stopped it" grep -qE '^stopped by .*: run again to go on' "$1.log"
  kept=$(count_jobs "$1")
  expect "some jobs are done ($kept), others not" test "$kept" -ge 4 -a "$kept" -lt "$2"
  touch "$1/marker"
  expect_exit 0 "$program" run "${options[@]}" --output "$1"
  expect_equal "the $kept finished jobs were not done again" \
    "$(find "$1/jobs" -name '*.h5' ! -newer "$1/marker" | wc -l)" "$kept"
  same_results "$1" "after both"
}
