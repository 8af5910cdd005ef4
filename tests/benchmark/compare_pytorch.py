#!/usr/bin/python3
"""Epitaxy against PyTorch on the same model, data, batch and precision, alternating in one session.

    tests/benchmark/compare_pytorch.py --build build/release --data data --output comparison.json

Prints a table of medians and ratios and writes everything as JSON. README.md tells what is compared. `--quick` is a
smoke run whose figures mean nothing.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import molecule_tasks
import tasks
from epitaxy_side import Epitaxy
from runner import Peers

ROOT = Path(__file__).resolve().parents[2]


def all_tasks():
    """Name -> function of the session."""
    result = {}
    for batch in tasks.SHARDS:
        for precision in tasks.PRECISIONS:
            result[f"elemnet_{batch}_{precision}"] = partial(tasks.elemnet, batch=batch, precision=precision)
    for precision in tasks.PRECISIONS:
        result[f"vae_train_{precision}"] = partial(molecule_tasks.train, precision=precision)
        result[f"vae_decode_{precision}"] = partial(molecule_tasks.decode, precision=precision)
    result["predict"] = tasks.predict
    result["import"] = tasks.importing
    return result


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        return f"unknown ({error})"


def python_with_torch():
    """The user's python3 if it has PyTorch, else the system's."""
    for python in ("python3", "/usr/bin/python3"):
        try:
            subprocess.run([python, "-c", "import torch"], capture_output=True, check=True)
            return python
        except (OSError, subprocess.CalledProcessError):
            continue
    raise SystemExit("no python3 with PyTorch: install python3-torch, or name one by --python")


def machine():
    cpu = [line.split(":", 1)[1].strip() for line in output_of("lscpu").splitlines() if line.startswith("Model name")]
    return {
        "cpu": cpu[0] if cpu else platform.processor(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "load_before": os.getloadavg(),
    }


def versions(build, python):
    script = "import torch, numpy; print('torch', torch.__version__, 'numpy', numpy.__version__)"
    return {
        "epitaxy": output_of(str(Path(build) / "epitaxy"), "--version"),
        "commit": output_of("git", "-C", str(ROOT), "rev-parse", "HEAD"),
        "python": output_of(python, "--version"),
        "libraries": output_of(python, "-c", script),
        "mpirun": output_of("mpirun", "--version").splitlines()[0],
    }


def print_table(rows):
    width = max((len(f"{row['task']}, {row['unit']}") for row in rows), default=10)
    print(f"\n{'task':{width}} {'Epitaxy':>9} {'PyTorch':>9} {'ratio of':>9} {'median of':>10}  PyTorch's form")
    print(f"{'':{width}} {'':>9} {'':>9} {'medians':>9} {'ratios':>10}  processes x threads")
    for row in rows:
        other = row.get("pytorch_median", row.get("one_rank_median"))
        form = row.get("pytorch_form", "(Epitaxy on 1 rank)")
        print(
            f"{row['task'] + ', ' + row['unit']:{width}} {row['epitaxy_median']:9.4g} {other:9.4g} "
            f"{row['ratio_of_medians']:9.2f} {row['median_of_ratios']:10.2f}  {form}"
        )
    for row in rows:
        records = [r.get("performance", {}) for r in row.get("epitaxy_results", [])]
        shares = [r["gflops_per_rank"] / r["products_gflops_per_rank"] for r in records if r.get("gflops_per_rank")]
        if shares:
            row["share_of_products_rate"] = statistics.median(shares)
            print(
                f"{row['task']}: {statistics.median(r['gflops_per_rank'] for r in records):.0f} GFLOP/s a rank, "
                f"{100 * row['share_of_products_rate']:.0f} % of the rate of its matrix products alone"
            )


def arguments_of_user():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=ROOT / "build" / "release", type=Path, help="folder of the built program")
    parser.add_argument("--data", default=os.environ.get("EPITAXY_DATA", "data"), type=Path)
    parser.add_argument("--work", type=Path, help="folder for inputs and outputs; default: a temporary one")
    parser.add_argument("--output", default="comparison.json", type=Path)
    parser.add_argument("--python", help="interpreter of the peers; default: python3 if it has PyTorch")
    parser.add_argument("--tasks", nargs="*", help=f"some of: {' '.join(all_tasks())}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="of measured steps in a round")
    parser.add_argument("--rows", type=int, default=20_480, help="of OQMD and Materials Project together")
    parser.add_argument("--shards-512", type=int, default=tasks.SHARDS[512])
    parser.add_argument("--shards-2048", type=int, default=tasks.SHARDS[2048])
    parser.add_argument("--decode-batch", type=int, default=256, help="rows that Epitaxy decodes together")
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args()


def save(path, record):
    path.write_text(json.dumps(record, indent=1, default=str) + "\n", encoding="utf-8")


def main():
    arguments = arguments_of_user()
    chosen = arguments.tasks or list(all_tasks())
    for name in chosen:
        if name not in all_tasks():
            raise SystemExit(f"there is no task {name}; there are {' '.join(all_tasks())}")
    python = arguments.python or python_with_torch()
    work = arguments.work or Path(tempfile.mkdtemp(prefix="epitaxy_comparison_"))
    work.mkdir(parents=True, exist_ok=True)
    quick = arguments.quick
    session = tasks.Session(
        epitaxy=Epitaxy(arguments.build, work, work / "epitaxy.log"),
        peers=Peers(python, work / "peers.log"),
        data=arguments.data,
        work=work,
        rounds=1 if quick else arguments.rounds,
        seconds=0.5 if quick else arguments.seconds,
        trial_seconds=0.3 if quick else 1.2,
        rows=5_000 if quick else arguments.rows,
        weights_seconds=2 if quick else 40,
        decode_batch=arguments.decode_batch,
        shards={512: arguments.shards_512, 2048: arguments.shards_2048},
    )
    start = time.time()
    record = {"machine": machine(), "versions": versions(arguments.build, python), "command": sys.argv, "rows": []}
    record["settings"] = {"rounds": session.rounds, "seconds": session.seconds, "rows": session.rows}
    for name in chosen:
        began = time.time()
        try:
            record["rows"] += all_tasks()[name](session)
        except (RuntimeError, subprocess.SubprocessError) as error:
            record.setdefault("failed", {})[name] = str(error)
            print(f"{name} failed: {error}", file=sys.stderr)
        record.setdefault("task_seconds", {})[name] = round(time.time() - began, 1)
        record["seconds"] = round(time.time() - start, 1)
        save(arguments.output, record)
    print_table(record["rows"])
    save(arguments.output, record)
    print(f"\n{record['seconds']:.0f} s; all values are in {arguments.output}, inputs and logs in {work}")
    return 1 if "failed" in record else 0


if __name__ == "__main__":
    sys.exit(main())
