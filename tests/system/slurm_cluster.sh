# shellcheck shell=bash
# A Slurm of one node with two CPUs on this machine, for slurm_test.sh. To be sourced; uses the folder $base, and say.
# shellcheck disable=SC2154  # base and say are the caller's

# The settings of an enclosing job or site must not reach this cluster.
while read -r name; do unset "$name"; done < <(compgen -A variable | grep -E '^(SLURM|SBATCH|SRUN|SALLOC|OMPI_MCA|PMIX)_')
daemons=()

skip() {
  printf '== skipped: %s\n' "$*"
  exit 77
}

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
  local seconds=$1 what=$2 end
  shift 2
  end=$((SECONDS + seconds))
  until "$@"; do
    if [[ $SECONDS -ge $end ]]; then
      squeue --all 2>/dev/null || true
      printf '== waited %s s in vain for %s\n' "$seconds" "$what" >&2
      return 1
    fi
    sleep 0.5
  done
  say "ok: $what"
}

job_field() { scontrol --oneliner show job "$1" 2>/dev/null | tr ' ' '\n' | sed -n "s/^$2=//p"; }
job_is() { [[ $(job_field "$1" JobState) == "$2" ]]; }
job_ended() { [[ $(job_field "$1" JobState) =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY)$ ]]; }
restarted() { [[ $(job_field "$1" Restarts) -gt 0 ]]; }
has_lines() { [[ -f $1 && $(wc -l <"$1") -ge $2 ]]; }

free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}

# start NAME COMMAND...: a daemon in the foreground mode of its own, as a child of this script.
start() {
  local name=$1
  shift
  "$@" >>"$base/$name.log" 2>&1 &
  daemons+=("$!")
}

write_configuration() {
  local host
  host=$(uname -n)
  host=${host%%.*}
  mkdir -p "$base/state" "$base/spool"
  # cred_expire: a requeued job waits that long (by default two minutes) before it starts again.
  cat >"$base/slurm.conf" <<CONF
ClusterName=epitaxy_test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$base/munge/socket,cred_expire=5
StateSaveLocation=$base/state
SlurmdSpoolDir=$base/spool
SlurmctldPidFile=$base/slurmctld.pid
SlurmdPidFile=$base/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,sched_min_interval=0,batch_sched_delay=1,bf_interval=2
MpiDefault=none
MailProg=/bin/true
OverTimeLimit=0
KillWait=10
JobRequeue=1
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=test Nodes=$host Default=YES MaxTime=60 State=UP
CONF
  # slurmd loads a cgroup plugin even where nothing uses cgroups.
  echo "CgroupPlugin=cgroup/v1" >"$base/cgroup.conf"
  # A folder of a step with the same number, left in /tmp by a cluster that was killed, would keep a step from starting.
  echo "PMIxCliTmpDirBase=$base" >"$base/mpi.conf"
}

node_is_idle() { [[ $(sinfo --noheader --format=%T 2>/dev/null) == idle ]]; }

start_cluster() {
  local command
  export PATH=$PATH:/usr/sbin:/sbin
  for command in munged slurmctld slurmd sbatch srun scontrol squeue sinfo mpirun; do
    command -v "$command" >/dev/null || skip "$command is not installed (Debian: slurm-wlm munge openmpi-bin)"
  done
  write_configuration
  export SLURM_CONF=$base/slurm.conf
  chmod 755 "$base" # munge wants its socket reachable by all
  mkdir "$base/munge"
  (umask 077 && head -c 1024 /dev/urandom >"$base/munge/key")
  start munged munged --foreground --force --num-threads=2 --key-file="$base/munge/key" \
    --socket="$base/munge/socket" --pid-file="$base/munge/pid" --seed-file="$base/munge/seed" \
    --log-file="$base/munge/log"
  await 15 "munge to listen" test -S "$base/munge/socket" || skip "munged does not start: $(tail -n 3 "$base/munged.log")"
  start slurmctld slurmctld -D -c
  start slurmd slurmd -D
  await 40 "the node to be idle" node_is_idle ||
    skip "Slurm does not start here: $(grep -hE 'error|fatal' "$base/slurmctld.log" "$base/slurmd.log" | tail -n 6)"
  timeout 30 srun --ntasks=2 --time=1 true || skip "Slurm starts here, but a job does not run"
  say "Slurm runs: $(sinfo --version)"
}

no_jobs() { [[ -z $(squeue --noheader 2>/dev/null) ]]; }

# Jobs first, then slurmd, slurmctld and munged.
stop_cluster() {
  local index pid
  if [[ ${#daemons[@]} -eq 3 ]]; then
    scancel --user="$(id -un)" 2>/dev/null
    await 20 "all jobs to be gone" no_jobs >/dev/null
  fi
  for ((index = ${#daemons[@]} - 1; index >= 0; index--)); do
    pid=${daemons[index]}
    kill "$pid" 2>/dev/null || continue
    for _ in {1..50}; do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.2
    done
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  done
}
