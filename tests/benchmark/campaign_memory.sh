#!/usr/bin/env bash
# Memory of a campaign: what its ranks take above that after start-up, while blocks are computed and while they are
# collected. With a tiny model that is trained here (16 cells) and no training data, or with --model and
# --training-data.
#
#   tests/benchmark/campaign_memory.sh [--program PROGRAM] [--points 10000000] [--block 1024] [--ranks 2]
#                                      [--model FILE --training-data FILE] [--folder FOLDER] [--output FILE]
#
# The folder is kept, so that what was killed goes on (its start-up is then that of the last run); without it a temporary
# one is used. Resident memory is VmRSS of /proc, read ten times a second, and VmHWM, the kernel's peak. Start-up ends
# when the first block of this run is there.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$here/../../build/release/epitaxy
points=10000000
block=1024
count=2
model=
training_data=
folder=
output=campaign_memory.json

fail() {
  printf 'campaign_memory: %s\n' "$*" >&2
  exit 1
}

while [[ $# -gt 0 ]]; do
  case $1 in
    --program) program=$2 && shift 2 ;;
    --points) points=$2 && shift 2 ;;
    --block) block=$2 && shift 2 ;;
    --ranks) count=$2 && shift 2 ;;
    --model) model=$(realpath "$2") && shift 2 ;;
    --training-data) training_data=$(realpath "$2") && shift 2 ;;
    --folder) folder=$2 && shift 2 ;;
    --output) output=$2 && shift 2 ;;
    *) fail "unknown option $1" ;;
  esac
done
[[ -x $program ]] || fail "there is no program $program"
program=$(realpath "$program")
output=$(realpath -m "$output")
if [[ -z $folder ]]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi
mkdir -p "$folder"
cd "$folder"
export OMP_NUM_THREADS=1

tiny_model() {
  [[ -e tiny/best.h5 ]] && return
  python3 "$here/../system/make_molecules.py"
  cat >import.yaml <<'YAML'
stage: import
kind: molecules
source: training.csv
targets:
  - {column: gap_eV, unit: eV}
YAML
  "$program" run import.yaml --output import >import.log
  cat >pretrain.yaml <<'YAML'
stage: pretrain
data:
  - {file: import/dataset.h5, heads: [{head: gap, target: gap_eV}]}
validation: {fraction: 0.1}
model: {kind: molecule_vae, representation: tokens, length: 12, channels: [4], kernels: [3], dense: 16, latent: 4,
  layers: 1, cells: 16}
training: {epochs: 30, batch: 30, precision: float32, learning_rate: {schedule: one_cycle, peak: 2.0e-2},
  beta: {start: 0.01, end: 0.01}}
evaluation: {decoded_rows: 10, points: 16, final_points: 16}
YAML
  "$program" run pretrain.yaml --output tiny >pretrain.log
}

if [[ -z $model ]]; then
  tiny_model
  model=tiny/best.h5
fi
points=$(((points + block - 1) / block * block))
cat >sample.yaml <<YAML
stage: sample
model: $model
${training_data:+training_data: $training_data}
points: $points
scrambles: 1
block: $block
precision: float32
YAML

start=$SECONDS
mpirun --oversubscribe -n "$count" "$program" run sample.yaml --output campaign >campaign.log 2>&1 </dev/null &
launcher=$!
python3 - "$launcher" "$count" "$points" "$block" "$output" <<'PYTHON'
import json, os, subprocess, sys, time

launcher, ranks, points, block = (int(text) for text in sys.argv[1:5])
started = time.time()


def status(process):
    lines = dict(line.split(":", 1) for line in open(f"/proc/{process}/status"))
    return {key: int(lines[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM", "RssAnon")}


def ranks_of(parent):
    found = {}
    for process in subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True).stdout.split():
        try:
            variables = open(f"/proc/{process}/environ").read().split("\0")
        except OSError:
            continue
        for variable in variables:
            if variable.startswith("OMPI_COMM_WORLD_RANK="):
                found[int(variable.split("=")[1])] = int(process)
    return found


def phase():
    log = open("campaign.log").read()
    if "points/s on" in log:
        return "collecting"
    parts = "campaign/parts"
    if "blocks are there" in log and os.path.isdir(parts):
        with os.scandir(parts) as entries:
            if any(e.name.endswith(".h5") and e.stat().st_mtime > started for e in entries):
                return "computing"
    return "starting"


def figures(rank):
    return {name: round(value, 1) for name, value in seen[rank].items()}


def at_work(process):
    try:
        return "(zombie)" not in open(f"/proc/{process}/status").read()
    except OSError:
        return False


processes = {}
while len(processes) < ranks and at_work(launcher):
    processes = ranks_of(launcher)
    time.sleep(0.02)
seen = {rank: {} for rank in range(ranks)}
now = "starting"
looked = 0.0
while True:
    if now != "collecting" and (now == "starting" or time.time() - looked > 1):
        now, looked = phase(), time.time()
    try:
        for rank, process in processes.items():
            memory, own = status(process), seen[rank]
            if now == "starting":
                own["start_up_MB"] = memory["VmRSS"]
            else:
                own.setdefault("start_up_MB", memory["VmRSS"])
                own[now + "_MB"] = max(own.get(now + "_MB", 0), memory["VmRSS"])
            own["peak_MB"] = memory["VmHWM"]
    except (OSError, KeyError):
        break
    time.sleep(0.1)
for own in seen.values():
    own["above_start_up_MB"] = own["peak_MB"] - own["start_up_MB"]
result = {
    "points": points,
    "block": block,
    "ranks": ranks,
    "seconds": round(time.time() - started, 1),
    "memory": {f"rank {rank}": figures(rank) for rank in range(ranks)},
}
json.dump(result, open(sys.argv[5], "w"), indent=2)
print(json.dumps(result, indent=2))
PYTHON
wait "$launcher" || fail "the campaign failed after $((SECONDS - start)) s: $(tail -n 3 campaign.log)"
tail -n 20 campaign.log
