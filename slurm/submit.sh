#!/usr/bin/env bash
# Submits the stages of a workflow to Slurm as a chain of jobs, each with the ranks and the time the workflow asks for.
#
#   slurm/submit.sh WORKFLOW [--output DIR] [--partition P] [--account A] [--dry-run] [-- options of sbatch]
#
#   --output DIR   where the stages and the jobs' logs go (default: the workflow's own output; logs in this folder)
#   --dry-run      prints the commands, ready to be run by a shell, and submits nothing
#   EPITAXY                 the program (default: epitaxy on PATH, else build/release/epitaxy of this tree)
#   EPITAXY_SIGNAL_SECONDS  how long before its time limit a job is asked to stop (default 120, see stage.sbatch)
# EPITAXY_LAUNCHER, EPITAXY_MAX_REQUEUES and EPITAXY_DATA are passed on to the jobs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() { sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
fail() {
  printf 'submit: %s\n' "$*" >&2
  exit 2
}

read_options() {
  workflow='' output='' dry_run=no sbatch_options=()
  while [[ $# -gt 0 ]]; do
    case $1 in
      --output | --partition | --account)
        [[ $# -ge 2 ]] || fail "$1 needs a value"
        if [[ $1 == --output ]]; then output=$2; else sbatch_options+=("$1=$2"); fi
        shift
        ;;
      --output=*) output=${1#*=} ;;
      --partition=* | --account=*) sbatch_options+=("$1") ;;
      --dry-run) dry_run=yes ;;
      -h | --help)
        usage
        exit 0
        ;;
      --)
        shift
        sbatch_options+=("$@")
        break
        ;;
      -*) fail "unknown option '$1'; options of sbatch come after -- (--help tells more)" ;;
      *)
        [[ -z $workflow ]] || fail "one workflow at a time: '$workflow' or '$1'?"
        workflow=$1
        ;;
    esac
    shift
  done
  [[ -n $workflow ]] || fail "which workflow? slurm/submit.sh workflows/NAME.yaml (--help tells more)"
  [[ -f $workflow ]] || fail "there is no file '$workflow'"
}

find_program() {
  if [[ -z ${EPITAXY:-} ]]; then
    EPITAXY=$(command -v epitaxy || true)
  fi
  if [[ -z $EPITAXY && -x $here/../build/release/epitaxy ]]; then
    EPITAXY=$(cd "$here/.." && pwd)/build/release/epitaxy
  fi
  [[ -n $EPITAXY ]] || fail "there is no program epitaxy on PATH or in build/release; set EPITAXY to its path"
  command -v "$EPITAXY" >/dev/null || fail "EPITAXY names '$EPITAXY', which is no program"
  export EPITAXY
}

# Sets names, ranks and times from the workflow.
read_stages() {
  local table name rank time code=0
  table=$("$EPITAXY" check "$workflow" --stages) || code=$?
  if [[ $code -ne 0 ]]; then
    printf 'submit: epitaxy check %q --stages ended with exit code %s\n' "$workflow" "$code" >&2
    exit "$code"
  fi
  names=() ranks=() times=()
  while IFS=$'\t' read -r name rank time; do
    if [[ -z $name || ! $rank =~ ^[1-9][0-9]*$ || ! $time =~ ^[0-9]+:[0-5][0-9]:[0-5][0-9]$ ]]; then
      fail "epitaxy check --stages printed '$name $rank $time' where NAME RANKS HH:MM:SS belongs"
    fi
    names+=("$name") ranks+=("$rank") times+=("$time")
  done <<<"$table"
}

# Sets command to the sbatch call of stage number $1, without its dependency.
make_command() {
  command=(sbatch --parsable --export=ALL "--job-name=${names[$1]}" "--ntasks=${ranks[$1]}" "--time=${times[$1]}")
  if [[ -n ${EPITAXY_SIGNAL_SECONDS:-} ]]; then
    command+=("--signal=B:USR1@$EPITAXY_SIGNAL_SECONDS")
  fi
  # A percent sign of a folder's name is doubled, as sbatch replaces %x by the stage and %j by the job.
  command+=("--output=${output:+${output//%/%%}/}slurm-%x-%j.log")
  command+=("${sbatch_options[@]}")
}

# shellcheck disable=SC2016  # the dollar signs are for the shell that runs what is printed
print_chain() {
  local stage
  printf 'export EPITAXY=%q\n' "$EPITAXY"
  if [[ -n $output ]]; then
    printf 'mkdir -p %q\n' "$output"
  fi
  for stage in "${!names[@]}"; do
    make_command "$stage"
    printf 'job_%d=$(' "$((stage + 1))"
    printf '%q ' "${command[@]}"
    if [[ $stage -gt 0 ]]; then
      printf -- '--dependency=afterok:"${job_%d%%%%;*}" --kill-on-invalid-dep=yes ' "$stage"
    fi
    printf '%q ' "$here/stage.sbatch" "$workflow" --stage "${names[$stage]}"
    if [[ -n $output ]]; then
      printf -- '--output %q ' "$output"
    fi
    printf ')\n'
  done
}

submit_chain() {
  local stage job previous='' submitted=()
  if [[ -n $output ]]; then
    mkdir -p "$output"
  fi
  for stage in "${!names[@]}"; do
    make_command "$stage"
    if [[ -n $previous ]]; then
      command+=("--dependency=afterok:$previous" --kill-on-invalid-dep=yes)
    fi
    command+=("$here/stage.sbatch" "$workflow" --stage "${names[$stage]}")
    if [[ -n $output ]]; then
      command+=(--output "$output")
    fi
    if ! job=$("${command[@]}"); then
      if [[ ${#submitted[@]} -gt 0 ]]; then
        scancel "${submitted[@]}" || true
      fi
      printf 'submit: sbatch refused stage %s (see above); the stages before it were canceled\n' "${names[$stage]}" >&2
      exit 1
    fi
    previous=${job%%;*} # on a federation sbatch prints JOB;CLUSTER
    submitted+=("$previous")
    printf '%s\t%s ranks\t%s\tjob %s\n' "${names[$stage]}" "${ranks[$stage]}" "${times[$stage]}" "$previous"
  done
}

read_options "$@"
find_program
read_stages
if [[ $dry_run == yes ]]; then
  print_chain
else
  command -v sbatch >/dev/null || fail "there is no sbatch here: run this where Slurm's commands are (or use --dry-run)"
  submit_chain
fi
