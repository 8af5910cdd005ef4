#!/usr/bin/env bash
# Checks the scaling model on an emulated slow network: two network namespaces of this machine, joined by a cable with a
# delay and a rate limit, run a training of two ranks over TCP, each as a node of its own.
#
#   tests/benchmark/slow_network.sh [--build DIR] [--data DIR] [--megabits 1000] [--delay-ms 1] [--output FILE]
#                                   [--quick]
#
# Needs root, iproute2 and util-linux (unshare). The cable is a veth pair with the kernel's netem; where the kernel has
# none, slow_cable.cpp stands in (it needs /dev/net/tun). Nothing of the machine's own network is touched.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$here/../../build/release
data=${EPITAXY_DATA:-data}
megabits=1000
delay_ms=1
output=slow_network.json
rows=20000
python=/usr/bin/python3

fail() {
  printf 'slow_network: %s\n' "$*" >&2
  exit 1
}

while [[ $# -gt 0 ]]; do
  case $1 in
    --build) build=$2 && shift 2 ;;
    --data) data=$2 && shift 2 ;;
    --megabits) megabits=$2 && shift 2 ;;
    --delay-ms) delay_ms=$2 && shift 2 ;;
    --output) output=$2 && shift 2 ;;
    --quick) rows=4000 && shift ;;
    *) fail "unknown option $1" ;;
  esac
done
[[ $(id -u) -eq 0 ]] || fail "namespaces need root"
for tool in ip tc unshare mpirun mpicxx; do
  command -v "$tool" >/dev/null || fail "there is no $tool (packages iproute2, util-linux, openmpi-bin, libopenmpi-dev)"
done
build=$(cd "$build" && pwd)
data=$(cd "$data" && pwd)

export TERM=dumb OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
work=$(mktemp -d)
a=epitaxy-a-$$
b=epitaxy-b-$$
cable=

clean_up() {
  if [[ -n $cable ]]; then
    kill "$cable" 2>/dev/null || true
  fi
  ip netns del "$a" 2>/dev/null || true
  ip netns del "$b" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

for name in "$a" "$b"; do
  ip netns add "$name"
  ip -n "$name" link set lo up
done

# True if the kernel's own emulation joins the two.
join_by_netem() {
  local name
  ip link add cable0 netns "$a" type veth peer name cable0 netns "$b" || return 1
  ip -n "$a" address add 10.99.0.1/24 dev cable0
  ip -n "$b" address add 10.99.0.2/24 dev cable0
  for name in "$a" "$b"; do
    ip -n "$name" link set cable0 up
    if ! tc -n "$name" qdisc add dev cable0 root netem delay "${delay_ms}ms" rate "${megabits}mbit" limit 100000; then
      ip -n "$a" link del cable0
      return 1
    fi
  done
}

how="netem"
if ! join_by_netem 2>"$work/netem"; then
  how="slow_cable, as this kernel has no netem ($(tail -1 "$work/netem"))"
  g++ -O2 -std=c++20 -pthread "$here/slow_cable.cpp" -o "$work/slow_cable"
  "$work/slow_cable" "$a" 10.99.0.1 "$b" 10.99.0.2 "$delay_ms" "$megabits" >"$work/cable" &
  cable=$!
  until [[ -s $work/cable ]]; do
    kill -0 "$cable" 2>/dev/null || fail "no cable"
    sleep 0.1
  done
fi
printf 'two namespaces on this machine, %s ms each way, %s Mb/s: %s\n' "$delay_ms" "$megabits" "$how"

# Open MPI starts its daemons by this instead of ssh. Each namespace gets a host name of its own, so that Open MPI and
# Epitaxy take it for another node.
cat >"$work/agent" <<'AGENT'
#!/usr/bin/env bash
while [[ $1 == -* ]]; do shift; done
host=$1
shift
exec ip netns exec "$host" unshare --uts bash -c "hostname $host; $*"
AGENT
chmod +x "$work/agent"
printf '%s slots=1\n%s slots=1\n' "$a" "$b" >"$work/hosts"

# $1: far (over the cable) or near (this machine's shared memory); the rest: the program of two ranks.
run_two() {
  local where=$1
  shift
  if [[ $where == near ]]; then
    mpirun -n 2 "$@"
  else
    # `--bind-to none`: each daemon would bind its rank to the first core.
    ip netns exec "$a" unshare --uts bash -c "hostname $a; exec \"\$@\"" bash \
      mpirun -n 2 --hostfile "$work/hosts" --map-by node --bind-to none \
      --mca plm rsh --mca plm_rsh_agent "$work/agent" --mca orte_keep_fqdn_hostnames 1 \
      --mca oob_tcp_if_include cable0 --mca btl tcp,self --mca btl_tcp_if_include cable0 --mca pml ob1 \
      --mca mpi_yield_when_idle 1 "$@"
  fi
}

mpicxx -O2 -std=c++20 -DOMPI_SKIP_MPICXX "$here/mpi_costs.cpp" -o "$work/mpi_costs"
# Open MPI's own choice for large messages over TCP sends each part on a request of the receiver. Where both directions
# are full, the requests queue behind the other direction's data; plain sends (btl_tcp_flags 1) do not wait for them.
run_two far "$work/mpi_costs" >"$work/costs_default.json"
export OMPI_MCA_btl_tcp_flags=1
run_two far "$work/mpi_costs" >"$work/costs.json"

# The job: ElemNet at a global batch of 512 in 2 shards.
"$python" - "$here" "$work" "$data" "$rows" <<'PYTHON'
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
from epitaxy_side import IMPORT, PRETRAIN, thin_out

work, data, rows = Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
for name in ("oqmd", "mp"):
    thin_out(data / "formation_energy" / f"{name}_dft.csv", work / f"{name}.csv", rows // 2)
    text = IMPORT.format(source=work / f"{name}.csv", output=work / name)
    (work / f"import_{name}.yaml").write_text(text, encoding="utf-8")
for where in ("near", "far"):
    settings = {"epochs": 2, "batch": 512, "shards": 2, "precision": "auto", "kernels": "auto"}
    text = PRETRAIN.format(work=work, output=work / where, **settings)
    (work / f"{where}.yaml").write_text(text, encoding="utf-8")
PYTHON
for stage in import_oqmd import_mp; do
  "$build/epitaxy" run "$work/$stage.yaml" >"$work/log" || fail "$(cat "$work/log")"
done
for where in near far; do
  run_two "$where" "$build/epitaxy" run "$work/$where.yaml" --fresh >"$work/log" 2>&1 || fail "$(cat "$work/log")"
done

"$python" - "$work" <<'PYTHON'
import json
import sys
from pathlib import Path

work = Path(sys.argv[1])
pair = {w: json.loads((work / w / "summary.json").read_text(encoding="utf-8"))["performance"] for w in ("near", "far")}
(work / "pair.json").write_text(json.dumps(pair), encoding="utf-8")
PYTHON
"$python" "$here/scaling_model.py" --check "$work/pair.json" --costs "$work/costs.json" \
  --costs-default "$work/costs_default.json" --output "$output"
near=$("$build/epitaxy" inspect "$work/near/checkpoint.h5" --hash)
far=$("$build/epitaxy" inspect "$work/far/checkpoint.h5" --hash)
[[ $near == "$far" ]] || fail "the two runs differ in their bits: $near, $far"
printf 'both runs end in the same bits (%s)\n' "$near"
