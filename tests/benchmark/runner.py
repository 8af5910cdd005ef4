"""Runs contenders in turn and compares them: start-up of PyTorch peers, choice of their best form, medians, ratios."""

import json
import os
import socket
import statistics
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"
TIMEOUT = 300  # seconds for one peer


@dataclass(frozen=True)
class Form:
    """A way to run a peer: processes, threads of OpenMP and of BLAS in each, further arguments."""

    processes: int = 1
    openmp: int = 1
    blas: int = 1
    arguments: tuple = ()

    def __str__(self):
        extra = " ".join(a.removeprefix("--") for a in self.arguments)
        threads = f"{self.openmp}" if self.openmp == self.blas else f"{self.openmp} (BLAS {self.blas})"
        return f"{self.processes} x {threads} {extra}".strip()

    def environment(self, rank, port):
        # Threads of OpenMP that spin while BLAS has its own at work cost a factor of five on two cores.
        return {
            **os.environ,
            "OMP_NUM_THREADS": str(self.openmp),
            "OPENBLAS_NUM_THREADS": str(self.blas),
            "MKL_NUM_THREADS": str(self.blas),
            "OMP_WAIT_POLICY": "PASSIVE",
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(port),
            "RANK": str(rank),
            "WORLD_SIZE": str(self.processes),
            "GLOO_SOCKET_IFNAME": "lo",
        }


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Peers:
    """Starts PyTorch peers with one python and keeps a log of them."""

    def __init__(self, python, log):
        self.python = python
        self.log = log

    def run(self, script, arguments, form):
        """The result that process 0 writes as its last line; also the seconds of the whole command."""
        command = [self.python, str(PEERS / script), *map(str, arguments), *form.arguments]
        port = free_port()
        start = time.perf_counter()
        processes = [
            subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=form.environment(rank, port),
            )
            for rank in range(form.processes)
        ]
        try:
            outputs = [p.communicate(timeout=TIMEOUT)[0] for p in processes]
        finally:
            for p in processes:
                if p.poll() is None:
                    p.kill()
        seconds = time.perf_counter() - start
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"$ {form} | {' '.join(command)}\n{outputs[0]}\n")
        if any(p.returncode for p in processes):
            raise RuntimeError(f"{form}: {' '.join(command)} failed:\n" + "\n".join(o[-1500:] for o in outputs))
        return {**json.loads(outputs[0].strip().splitlines()[-1]), "whole_command_s": seconds}


def choose(run, forms, value, say):
    """The form that is best in short runs, and what each gave: the two best of a first round run once more.

    Forms that fail are told and left out.
    """
    tried, failed = {}, {}
    for form in forms:
        try:
            tried[form] = [value(run(form))]
        except RuntimeError as error:
            failed[form] = str(error).strip().splitlines()[-1]
            say(f"  {form}: does not run ({failed[form]})")
    if not tried:
        raise RuntimeError("no form of the peer runs: " + "; ".join(failed.values()))
    finalists = sorted(tried, key=lambda form: -tried[form][0])[:2]
    if len(finalists) == 2:
        for form in reversed(finalists):
            tried[form].append(value(run(form)))
    medians = {form: statistics.median(values) for form, values in tried.items()}
    best = max(finalists, key=medians.get)
    for form, median in sorted(medians.items(), key=lambda item: -item[1]):
        say(f"  {form}: {median:.4g}{'   chosen' if form == best else ''}")
    record = [{**asdict(form), "name": str(form), "values": tried[form]} for form in tried]
    record += [{**asdict(form), "name": str(form), "failed": reason} for form, reason in failed.items()]
    return best, record


def alternate(contenders, rounds, say):
    """Runs each contender once a round, in turn forwards and backwards; name -> results by round."""
    results = {name: [] for name in contenders}
    for i in range(rounds):
        names = list(contenders)
        for name in names if i % 2 == 0 else reversed(names):
            results[name].append(contenders[name]())
        say(f"  round {i + 1} of {rounds}")
    return results


def compare(ours, theirs, faster_is_larger):
    """Medians and ratios (above 1: ours is faster) of values that were measured in the same rounds."""
    ratios = [a / b if faster_is_larger else b / a for a, b in zip(ours, theirs)]
    medians = statistics.median(ours), statistics.median(theirs)
    return {
        "epitaxy_median": medians[0],
        "pytorch_median": medians[1],
        "ratio_of_medians": medians[0] / medians[1] if faster_is_larger else medians[1] / medians[0],
        "median_of_ratios": statistics.median(ratios),
        "ratios": ratios,
        "epitaxy_values": list(ours),
        "pytorch_values": list(theirs),
    }
