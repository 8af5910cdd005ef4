"""What the PyTorch peers share: start-up of one process of several, the measured loop, the result line.

A peer is run by ../runner.py, which sets the threads of OpenMP and BLAS in the environment: Debian's PyTorch takes its
float32 products from OpenBLAS, which does not listen to torch.set_num_threads.
"""

import json
import os
import time

import torch
import torch.distributed


class Processes:
    """This process among those of the run, joined by gloo when there are several (DistributedDataParallel)."""

    def __init__(self):
        self.count = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
        torch.set_num_threads(threads)
        torch.set_flush_denormal(True)
        torch.set_float32_matmul_precision("high")  # newer versions may then split float32 products, too
        if self.count > 1:
            torch.distributed.init_process_group("gloo")

    def agree(self, value):
        """Process 0's number, on all processes."""
        if self.count == 1:
            return value
        tensor = torch.tensor([float(value)], dtype=torch.float64)
        torch.distributed.broadcast(tensor, 0)
        return tensor.item()

    def wait(self):
        if self.count > 1:
            torch.distributed.barrier()

    def report(self, result):
        """Writes the result, of process 0 alone, as the last line of the output."""
        if self.rank == 0:
            result["torch"] = torch.__version__
            print(json.dumps(result), flush=True)
        if self.count > 1:
            torch.distributed.destroy_process_group()


def measure_steps(processes, step, samples_per_step, seconds):
    """Runs `step` three times to warm up and then for about `seconds`; returns the measured rate."""
    each = []
    for _ in range(3):
        start = time.perf_counter()
        step()
        each.append(time.perf_counter() - start)
    steps = max(2, int(processes.agree(seconds / min(each))))
    processes.wait()
    times = []
    start = last = time.perf_counter()
    for _ in range(steps):
        step()
        now = time.perf_counter()
        times.append(now - last)
        last = now
    processes.wait()
    elapsed = time.perf_counter() - start
    times.sort()
    return {
        "samples_per_s": steps * samples_per_step / elapsed,
        "step_ms": 1e3 * elapsed / steps,
        "median_step_ms": 1e3 * times[len(times) // 2],
        "steps": steps,
        "seconds": elapsed,
    }


def add_form_arguments(parser):
    """The ways to train that the runner chooses from."""
    parser.add_argument("--batch", type=int, required=True, help="global, over all processes")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], required=True)
    parser.add_argument(
        "--way",
        choices=["plain", "mkldnn", "autocast", "master", "compile"],
        default="plain",
        help="plain: float32 as it is; mkldnn: activations in oneDNN's layout, so that float32 products run there; "
        "autocast: bfloat16 by torch.autocast; master: weights in bfloat16 with float32 master weights; compile: "
        "torch.compile, with autocast in bfloat16",
    )
    parser.add_argument("--foreach", choices=["on", "off"], default="on", help="the optimizer's multi-tensor form")
    parser.add_argument("--seconds", type=float, default=8)


class Optimizer:
    """An optimizer over float32 weights, directly or as master weights of a bfloat16 model."""

    def __init__(self, processes, model, kind, master, foreach, **options):
        self.processes = processes
        self.weights = list(model.parameters())
        self.masters = None
        if master:
            self.masters = [p.detach().float().clone().requires_grad_(True) for p in self.weights]
        targets = self.masters if master else self.weights
        self.optimizer = kind(targets, foreach=foreach, **options)

    def zero(self):
        for weight in self.weights:
            weight.grad = None

    def step(self):
        if self.masters is None:
            self.optimizer.step()
            return
        for master, weight in zip(self.masters, self.weights):
            master.grad = weight.grad.float()
        if self.processes.count > 1:
            self.average_gradients()
        self.optimizer.step()
        with torch.no_grad():
            for master, weight in zip(self.masters, self.weights):
                weight.copy_(master)

    def average_gradients(self):
        """For bfloat16 models, whose numbers gloo does not add up: one message of all float32 gradients."""
        gradients = [master.grad for master in self.masters]
        flat = torch.nn.utils.parameters_to_vector(gradients)
        torch.distributed.all_reduce(flat)
        torch.nn.utils.vector_to_parameters(flat.div_(self.processes.count), gradients)


class ShuffledRows:
    """The rows of this process in each global batch; the order is drawn anew each epoch, alike in all processes."""

    def __init__(self, processes, count, batch):
        self.processes = processes
        self.count = count
        self.batch = batch
        self.epoch = 0
        self.shuffle()

    def shuffle(self):
        self.order = torch.randperm(self.count, generator=torch.Generator().manual_seed(self.epoch))
        self.first = 0
        self.epoch += 1

    def next(self):
        if self.first + self.batch > self.count:
            self.shuffle()
        rows = self.batch // self.processes.count
        begin = self.first + self.processes.rank * rows
        self.first += self.batch
        return self.order[begin : begin + rows]


def train(processes, arguments, optimizer, compute_loss):
    """Steps for the asked time; `compute_loss()` takes the next batch through the model. Reports rates and losses."""
    losses = []

    def step():
        optimizer.zero()
        loss = compute_loss()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())

    result = measure_steps(processes, step, arguments.batch, arguments.seconds)
    result["first_loss"] = losses[0]
    result["last_loss"] = sum(losses[-5:]) / 5
    processes.report(result)


def masked_mae(predictions, targets):
    """Mean absolute error over the labels that are there (not NaN)."""
    known = ~torch.isnan(targets)
    errors = (predictions - torch.nan_to_num(targets)).abs() * known
    return errors.sum() / known.sum()
