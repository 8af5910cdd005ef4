#!/usr/bin/python3
"""How ElemNet's training would scale to 1,024 ranks: measured computing, modelled messages.

    tests/benchmark/scaling_model.py --build build/release --data data --output scaling.json     measures one rank
    tests/benchmark/scaling_model.py --summary a/summary.json b/summary.json --output ...        finished runs
    tests/benchmark/scaling_model.py --steps 64:6.1 2048:70.5 --output ...                       given numbers
    tests/benchmark/scaling_model.py --check pair.json --costs costs.json                        see slow_network.sh

A step of n ranks on nodes of p ranks is

    computing(rows of a rank) + optimizer / n + reduce-scatter + gather + two small collectives.

The reduction sends directly: each rank sends every rank of another node its slice of the gradient, in some buckets,
then each node every other node its new weights. A phase costs a latency, something for each message, and its bytes over
the rate of a node's network adapter, which its ranks share. Two figures are given: all messages exposed, and the
reduce-scatter hidden behind the backward pass except for its last bucket. `--node-sums` tells what it would be if the
ranks of a node added up their gradients before they send. Not modelled: contention in the network's core and in a
node's memory, noise of the nodes, slow ranks.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from epitaxy_side import Epitaxy, mpi_environment, thin_out

WIDTHS = [86] + [1024] * 4 + [512] * 3 + [256] * 3 + [128] * 3 + [64] * 2 + [32]
HEADS = 2
BLOCK = 4096  # numbers: slices begin at multiples of it (kSliceBlock)
BUCKET = 1 << 20  # numbers: the smallest bucket (bucket_plan)
MEASURED_ROWS = (4, 32, 256, 1024)  # a rank


@dataclass(frozen=True)
class Network:
    """Seconds of latency, seconds for each further message, bytes a second into and out of a node."""

    name: str
    latency: float
    message: float
    rate: float


# Assumptions: TCP as usual kernels do it at 92 % of the line rate; InfiniBand as published MPI benchmarks see it.
NETWORKS = [
    Network("10 Gb/s Ethernet, TCP", 30e-6, 5e-6, 1.15e9),
    Network("25 Gb/s Ethernet, TCP", 20e-6, 4e-6, 2.9e9),
    Network("100 Gb/s InfiniBand", 1.5e-6, 0.3e-6, 11.5e9),
]


def buckets():
    """Sizes of the reduction's buckets, as the trainer cuts ElemNet's parameters."""
    sizes = [size for a, b in zip(WIDTHS, WIDTHS[1:]) for size in (a * b, b)] + [WIDTHS[-1], 1] * HEADS
    begins, offset = [], 0
    for size in sizes:
        begins.append(offset)
        offset += -(-size // 16) * 16
    cuts, end = [], offset
    for begin in reversed(begins):
        if end - begin >= BUCKET and begin >= BUCKET:
            cuts.insert(0, begin)
            end = begin
    cuts.insert(0, 0)
    return [b - a for a, b in zip(cuts, [*cuts[1:], offset])]


def slices(ranks):
    """Numbers that each rank owns, by the trainer's rule."""
    owned = [0] * ranks
    for size in buckets():
        blocks = -(-size // BLOCK)
        for r in range(ranks):
            first, last = blocks * r // ranks, blocks * (r + 1) // ranks
            owned[r] += min(size, last * BLOCK) - min(size, first * BLOCK)
    return owned


def messages(network, ranks, ranks_per_node, node_sums=False):
    """Seconds of the reduce-scatter, the gather and the small collectives."""
    p = min(ranks_per_node, ranks)
    nodes = ranks // p
    if nodes == 1:
        return 0.0, 0.0, 0.0  # ranks of a node read each other's memory
    owned = slices(ranks)
    of_node = [sum(owned[i * p : (i + 1) * p]) for i in range(nodes)]
    total, count = sum(owned), len(buckets())
    # Into a node: its slices from all ranks of other nodes. Out: the other nodes' slices, from each of its ranks.
    senders = 1 if node_sums else p
    scattered = max(4 * senders * max(own * (nodes - 1), total - own) for own in of_node)
    gathered = max(max(4 * (total - own), 4 * own * (nodes - 1)) for own in of_node)
    reduce = network.latency + network.message * count * senders * (ranks - p) / p + scattered / network.rate
    gather = network.latency + network.message * count * (nodes - 1) + gathered / network.rate
    return reduce, gather, 2 * math.ceil(math.log2(ranks)) * network.latency


class Computing:
    """Seconds of one rank's step by its rows: straight lines between measured numbers of rows."""

    def __init__(self, points):
        self.points = sorted(points, key=lambda point: point["rows"])

    def at(self, rows, key):
        known = self.points
        if len(known) == 1:
            return known[0][key] * (rows / known[0]["rows"] if key != "optimizer" else 1)
        if rows <= known[0]["rows"]:
            return known[0][key]
        i = 1
        while i < len(known) - 1 and rows > known[i]["rows"]:
            i += 1
        a, b = known[i - 1], known[i]
        return a[key] + (b[key] - a[key]) * (rows - a["rows"]) / (b["rows"] - a["rows"])


def point_of(performance):
    """What a record `performance` says of one rank's step."""
    steps, ranks = performance["steps"], performance["ranks"]
    each = {key: sum(values) / ranks / steps for key, values in performance["seconds_by_rank"].items()}
    return {
        "rows": round(performance["samples_per_s"] * performance["step_ms"] / 1e3 / ranks),
        "computing": sum(each[key] for key in ("data", "weights", "forward", "backward", "adding")),
        "backward": each["backward"],
        "optimizer": each["optimizer"] * ranks,
        "step": performance["step_ms"] / 1e3,
    }


def measure(arguments, work):
    """Runs of one rank with few and many rows a step."""
    epitaxy = Epitaxy(arguments.build, work, work / "epitaxy.log")
    points = []
    for rows in MEASURED_ROWS:
        for name in ("oqmd", "mp"):
            csv = work / f"{name}.csv"
            thin_out(arguments.data / "formation_energy" / f"{name}_dft.csv", csv, max(300, 25 * rows))
            epitaxy.import_rows(name, csv)
        result = epitaxy.pretrain(rows, arguments.precision, 1, arguments.epochs, ranks=1)
        points.append(point_of(result["performance"]))
        print(f"  {rows} rows: {1e3 * points[-1]['step']:.2f} ms a step")
    return points


def measured_network(folder):
    """What messages between two ranks of this machine cost, as if each were a node (mpi_costs.cpp, built for it)."""
    program = folder / "mpi_costs"
    source = Path(__file__).with_name("mpi_costs.cpp")
    subprocess.run(["mpicxx", "-O2", "-std=c++20", "-DOMPI_SKIP_MPICXX", source, "-o", program], check=True)
    command = ["mpirun", "-n", "2", program]
    done = subprocess.run(command, capture_output=True, text=True, env=mpi_environment(), check=True)
    costs = json.loads(done.stdout.strip().splitlines()[-1])
    name = "messages within this machine, measured"
    network = Network(name, costs["latency_s"], costs["message_s"], costs["bytes_per_s"])
    both = messages(network, 2, 1)
    print(f"  exchange of two ranks here: model {1e3 * sum(both):.1f} ms, measured {1e3 * costs['exchange_s']:.1f} ms")
    return network, costs


def given_point(text):
    """ROWS:MILLISECONDS of a step, of which two thirds are taken to be the backward pass."""
    rows, milliseconds = text.split(":")
    seconds = float(milliseconds) / 1e3
    return {"rows": int(rows), "computing": seconds, "backward": seconds * 2 / 3, "optimizer": 0.0, "step": seconds}


def predict(computing, network, ranks, ranks_per_node, rows, node_sums=False):
    """One line of a table, in seconds."""
    reduce, gather, small = messages(network, ranks, ranks_per_node, node_sums)
    own = computing.at(rows, "computing") + computing.at(rows, "optimizer") / ranks
    hidden = min(computing.at(rows, "backward"), reduce * (1 - 1 / len(buckets())))
    exposed = own + reduce + gather + small
    return {
        "ranks": ranks,
        "ranks_per_node": min(ranks, ranks_per_node),
        "rows_per_rank": rows,
        "computing_s": own,
        "reduce_scatter_s": reduce,
        "gather_s": gather,
        "small_s": small,
        "step_s": exposed,
        "step_overlapped_s": exposed - hidden,
    }


def table(computing, network, ranks_per_node, kind, size, node_sums):
    """Lines for 1 to 1,024 ranks; `size` is the global batch (strong scaling) or the rows of a rank (weak)."""
    lines = []
    one = None
    ranks = 1
    while ranks <= 1024:
        rows = size // ranks if kind == "strong" else size
        if rows == 0:
            break
        line = predict(computing, network, ranks, ranks_per_node, rows, node_sums)
        one = one or line["step_s"]
        gain = ranks if kind == "weak" else 1
        for suffix in ("", "_overlapped"):
            line[f"speedup{suffix}"] = gain * one / line[f"step{suffix}_s"]
            line[f"efficiency{suffix}"] = line[f"speedup{suffix}"] / ranks
        line["samples_per_s_overlapped"] = ranks * rows / line["step_overlapped_s"]
        lines.append(line)
        ranks *= 2
    return {
        "network": network.name,
        "latency_s": network.latency,
        "message_s": network.message,
        "bytes_per_s": network.rate,
        "ranks_per_node": ranks_per_node,
        "node_sums": node_sums,
        "kind": kind,
        "size": size,
        "lines": lines,
    }


def print_scaling(result):
    what = "global batch" if result["kind"] == "strong" else "rows a rank"
    print(
        f"\n{result['network']} (latency {1e6 * result['latency_s']:g} us, message {1e6 * result['message_s']:g} us, "
        f"{result['bytes_per_s'] * 1e-9:g} GB/s a node), {result['ranks_per_node']} ranks a node; "
        f"{result['kind']} scaling, {what} {result['size']}"
    )
    print("ranks   rows  computing   reduce   gather |  step ms speedup  eff. | overlapped speedup  eff.   samples/s")
    for line in result["lines"]:
        print(
            f"{line['ranks']:5} {line['rows_per_rank']:6} {1e3 * line['computing_s']:10.2f} "
            f"{1e3 * line['reduce_scatter_s']:8.2f} {1e3 * line['gather_s']:8.2f} | {1e3 * line['step_s']:8.2f} "
            f"{line['speedup']:7.1f} {100 * line['efficiency']:4.0f}% | {1e3 * line['step_overlapped_s']:10.2f} "
            f"{line['speedup_overlapped']:7.1f} {100 * line['efficiency_overlapped']:4.0f}% "
            f"{line['samples_per_s_overlapped']:11.0f}"
        )


def check(arguments):
    """A run of two ranks over a real or emulated network against the model."""
    pair = json.loads(arguments.check.read_text(encoding="utf-8"))
    costs = json.loads(arguments.costs.read_text(encoding="utf-8"))
    network = Network("measured", costs["latency_s"], costs["message_s"], costs["bytes_per_s"])
    computing = Computing([point_of(pair["near"])])
    rows = computing.points[0]["rows"]
    line = predict(computing, network, pair["near"]["ranks"], 1, rows)
    line["measured_step_s"] = pair["far"]["step_ms"] / 1e3
    line["costs"] = costs
    if arguments.costs_default:
        line["costs_default"] = json.loads(arguments.costs_default.read_text(encoding="utf-8"))
    line["exchange_predicted_s"] = line["reduce_scatter_s"] + line["gather_s"]
    far = point_of(pair["far"])
    print(f"network: latency {1e6 * costs['latency_s']:.0f} us, {costs['bytes_per_s'] * 8e-9:.3f} Gb/s")
    print(f"exchange alone, ms:        model {1e3 * line['exchange_predicted_s']:8.1f}", end="")
    print(f"   measured {1e3 * costs['exchange_s']:8.1f}", end="")
    if arguments.costs_default:
        print(f", with Open MPI's default for TCP {1e3 * line['costs_default']['exchange_s']:.1f}", end="")
    print()
    print(f"step of {line['ranks']} ranks, ms:       model {1e3 * line['step_overlapped_s']:8.1f} to", end="")
    print(f" {1e3 * line['step_s']:.1f}   measured {1e3 * line['measured_step_s']:8.1f}")
    print(f"computing, ms:             near  {1e3 * computing.points[0]['computing']:8.1f}", end="")
    print(f"   far      {1e3 * far['computing']:8.1f}")
    arguments.output.write_text(json.dumps(line, indent=1) + "\n", encoding="utf-8")


def arguments_of_user():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=Path("build/release"), type=Path)
    parser.add_argument("--data", default=Path("data"), type=Path)
    parser.add_argument("--work", type=Path, help="folder for inputs and outputs; default: a temporary one")
    parser.add_argument("--output", default=Path("scaling.json"), type=Path)
    parser.add_argument("--precision", default="auto", choices=["auto", "float32", "bfloat16"])
    parser.add_argument("--epochs", type=int, default=4, help="of 50 steps each, for a measured number of rows")
    parser.add_argument("--summary", nargs="*", type=Path, help="summaries of runs of one rank, instead of measuring")
    parser.add_argument("--steps", nargs="*", metavar="ROWS:MS", help="given numbers of one rank, instead of measuring")
    parser.add_argument("--ranks-per-node", nargs="*", type=int, default=[1, 32])
    parser.add_argument("--node-sums", action="store_true")
    parser.add_argument("--network", nargs=4, metavar=("NAME", "LATENCY", "MESSAGE", "RATE"), help="s, s, bytes/s")
    parser.add_argument("--check", type=Path, help="{near: performance, far: performance} of the same job")
    parser.add_argument("--costs", type=Path, help="output of mpi_costs, for --check")
    parser.add_argument("--costs-default", type=Path, help="the same with Open MPI's default settings, for comparison")
    return parser.parse_args()


def main():
    arguments = arguments_of_user()
    if arguments.check:
        return check(arguments)
    work = arguments.work or Path(tempfile.mkdtemp(prefix="epitaxy_scaling_"))
    work.mkdir(parents=True, exist_ok=True)
    if arguments.steps:
        points = [given_point(text) for text in arguments.steps]
    elif arguments.summary:
        records = [json.loads(path.read_text(encoding="utf-8"))["performance"] for path in arguments.summary]
        points = [point_of(record) for record in records]
    else:
        points = measure(arguments, work)
    computing = Computing(points)
    here, costs = measured_network(work)
    networks = [here, *NETWORKS]
    if arguments.network:
        networks = [Network(arguments.network[0], *map(float, arguments.network[1:]))]
    cases = [("strong", 2048), ("strong", 8192), ("weak", 256)]
    tables = []
    for network in networks:
        for ranks_per_node in arguments.ranks_per_node:
            for kind, size in cases:
                tables.append(table(computing, network, ranks_per_node, kind, size, arguments.node_sums))
                print_scaling(tables[-1])
    content = {"computing": computing.points, "costs_here": costs, "buckets": buckets(), "tables": tables}
    arguments.output.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
