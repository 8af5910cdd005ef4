#!/usr/bin/env bash
# Tests slurm/submit.sh and slurm/stage.sbatch without Slurm: small stand-ins for sbatch, scontrol, squeue, mpirun and
# epitaxy record how they are called. See slurm_test.sh for the real thing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
slurm=$(cd "$here/../../slurm" && pwd)
base=$(mktemp -d "${TMPDIR:-/tmp}/epitaxy-scripts.XXXXXX")
trap 'rm -rf "$base"' EXIT
cd "$base"
mkdir bin
calls=$base/calls
failures=0

while read -r name; do unset "$name"; done < <(compgen -A variable | grep -E '^(SLURM|SBATCH|EPITAXY)_')

# stand_in NAME: reads the body of a program that first records its arguments, quoted, in $calls.
stand_in() {
  {
    printf '#!/usr/bin/env bash\n{ printf %%s %q; printf " %%q" "$@"; echo; } >>%q\n' "$1" "$calls"
    cat
  } >"bin/$1"
  chmod +x "bin/$1"
}

stand_in epitaxy <<'BODY'
case $1 in
  check) [[ $2 != bad.yaml ]] || exit 2; printf 'import\t1\t00:05:00\nit'\''s pretrain\t4\t12:00:00\n' ;;
  run)
    trap 'echo stopped by USR1; exit 75' USR1
    if [[ ${FAKE_CODE:-} == wait ]]; then
      for _ in {1..100}; do sleep 0.1; done
    fi
    exit "${FAKE_CODE:-0}"
    ;;
esac
BODY
stand_in sbatch <<'BODY'
[[ $* != *--comment=refuse* || $* != *pretrain* ]] || exit 1
echo "$((40 + $(grep -c ^sbatch "$CALLS")));federation"
BODY
# Ends the script that asks for the requeue, as Slurm does.
stand_in scontrol <<'BODY'
(sleep 0.3; kill -KILL "$PPID") >/dev/null 2>&1 &
exit 0
BODY
stand_in squeue <<'BODY'
echo "${FAKE_STATE:-RUNNING}"
BODY
stand_in scancel <<<''
stand_in mpirun <<'BODY'
while [[ $1 != */epitaxy ]]; do shift; done
exec "$@"
BODY
export PATH=$base/bin:$PATH CALLS=$calls EPITAXY=$base/bin/epitaxy EPITAXY_LAUNCHER=mpirun
touch "a workflow.yaml" bad.yaml

check() {
  if [[ $2 == "$3" ]]; then
    echo "ok: $1"
  else
    printf 'FAILED: %s\n  expected: %s\n  got:      %s\n' "$1" "$3" "$2"
    failures=$((failures + 1))
  fi
}
check_has() {
  if [[ $2 == *"$3"* ]]; then
    echo "ok: $1"
  else
    printf 'FAILED: %s\n  expected: %s\n  in:       %s\n' "$1" "$3" "$2"
    failures=$((failures + 1))
  fi
}
check_not() {
  if [[ $2 != *"$3"* ]]; then
    echo "ok: $1"
  else
    printf 'FAILED: %s\n  not expected: %s\n  in:           %s\n' "$1" "$3" "$2"
    failures=$((failures + 1))
  fi
}

# run COMMAND...: sets code and output, and recorded to the calls of the stand-ins.
run() {
  : >"$calls"
  code=0
  output=$("$@" 2>&1) || code=$?
  recorded=$(<"$calls")
}
stage() { run env SLURM_JOB_ID=7 SLURM_NTASKS=2 "$@"; }

# submit.sh
run "$slurm/submit.sh" "a workflow.yaml" --output "out 5%" --partition=long --account me -- --comment 'x; y'
check "submit.sh: exit code" "$code" 0
common='--partition=long --account=me --comment x\;\ y'
expected="epitaxy check a\\ workflow.yaml --stages
sbatch --parsable --export=ALL --job-name=import --ntasks=1 --time=00:05:00 --output=out\\ 5%%/slurm-%x-%j.log $common \
$slurm/stage.sbatch a\\ workflow.yaml --stage import --output out\\ 5%
sbatch --parsable --export=ALL --job-name=it\\'s\\ pretrain --ntasks=4 --time=12:00:00 \
--output=out\\ 5%%/slurm-%x-%j.log $common --dependency=afterok:41 --kill-on-invalid-dep=yes \
$slurm/stage.sbatch a\\ workflow.yaml --stage it\\'s\\ pretrain --output out\\ 5%"
check "submit.sh: the calls of sbatch" "$recorded" "$expected"

run "$slurm/submit.sh" "a workflow.yaml" --dry-run --output "out 5%" --partition=long --account me -- --comment 'x; y'
check "submit.sh --dry-run: submits nothing" "$recorded" "${expected%%$'\n'*}"
run bash -euc "$output"
check "submit.sh --dry-run: what it prints does the same" "$recorded" "${expected#*$'\n'}"

run env EPITAXY_SIGNAL_SECONDS=30 "$slurm/submit.sh" "a workflow.yaml"
check_has "submit.sh: EPITAXY_SIGNAL_SECONDS" "$recorded" "--signal=B:USR1@30"
run "$slurm/submit.sh" "a workflow.yaml" -- --comment=refuse
check "submit.sh: sbatch refuses a stage" "$code" 1
check_has "submit.sh: then the stages before it are canceled" "$recorded" "scancel 41"
run "$slurm/submit.sh" bad.yaml
check "submit.sh: exit code of a wrong workflow" "$code" 2
run "$slurm/submit.sh" "a workflow.yaml" --outptu x
check "submit.sh: unknown option" "$code" 2
run "$slurm/submit.sh" none.yaml
check_has "submit.sh: missing file" "$output" "there is no file 'none.yaml'"

# stage.sbatch
stage bash "$slurm/stage.sbatch" "a workflow.yaml" --stage "it's" --fresh
check "stage.sbatch: exit code 0" "$code" 0
check_has "stage.sbatch: starts the ranks of the job" "$recorded" "mpirun --bind-to none -n 2 $EPITAXY run a\\ workflow.yaml"
check_has "stage.sbatch: passes its arguments on" "$recorded" "epitaxy run a\\ workflow.yaml --stage it\\'s --fresh"
stage SLURM_RESTART_COUNT=1 bash "$slurm/stage.sbatch" w.yaml --fresh --stage x
check_has "stage.sbatch: a requeued job does not start afresh" "$recorded" "epitaxy run w.yaml --stage x"
stage SLURM_ARRAY_TASK_ID=2 bash "$slurm/stage.sbatch" w.yaml --fresh
check "stage.sbatch: a task of an array does not start afresh" "$code" 2
check_not "stage.sbatch: then nothing is run" "$recorded" "epitaxy run"
stage SLURM_ARRAY_TASK_ID=2 bash "$slurm/stage.sbatch" w.yaml
check "stage.sbatch: a task of an array" "$code" 0
stage FAKE_CODE=2 bash "$slurm/stage.sbatch" w.yaml
check "stage.sbatch: exit code of wrong input" "$code" 2
check_has "stage.sbatch: says so" "$output" "exit code 2"
stage FAKE_CODE=75 bash "$slurm/stage.sbatch" w.yaml
check_has "stage.sbatch: requeues after 75" "$recorded" "scontrol requeue 7"
check "stage.sbatch: waits for Slurm to end it" "$code" 137
stage FAKE_CODE=75 SLURM_RESTART_COUNT=3 EPITAXY_MAX_REQUEUES=3 bash "$slurm/stage.sbatch" w.yaml
check "stage.sbatch: limit of requeues" "$code" 75
check_not "stage.sbatch: no requeue beyond the limit" "$recorded" scontrol
stage FAKE_CODE=75 FAKE_STATE=CANCELLED bash "$slurm/stage.sbatch" w.yaml
check "stage.sbatch: a canceled job is not requeued" "$code" 75
check_not "stage.sbatch: no requeue of a canceled job" "$recorded" scontrol
stage EPITAXY_LAUNCHER=nothing bash "$slurm/stage.sbatch" w.yaml
check "stage.sbatch: unknown launcher" "$code" 2
for signal in USR1 TERM; do
  : >"$calls"
  SLURM_JOB_ID=7 FAKE_CODE=wait bash "$slurm/stage.sbatch" w.yaml >"$base/log" 2>&1 &
  for _ in {1..50}; do
    if grep -q '^epitaxy run' "$calls"; then break; fi
    sleep 0.1
  done
  sleep 0.3
  kill "-$signal" $!
  wait $! 2>/dev/null || true
  check_has "stage.sbatch: $signal reaches epitaxy as USR1" "$(<"$base/log")" "stopped by USR1"
  check_has "stage.sbatch: and the job is requeued" "$(<"$calls")" "scontrol requeue 7"
done

[[ $failures -eq 0 ]] || { echo "$failures checks failed"; exit 1; }
