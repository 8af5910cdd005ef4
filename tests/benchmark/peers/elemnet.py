"""PyTorch peer of the composition net's training: ElemNet's widths, two heads with missing labels, MAE, AdamW."""

import argparse

import numpy as np
import torch
from torch import nn

import common

WIDTHS = [1024] * 4 + [512] * 3 + [256] * 3 + [128] * 3 + [64] * 2 + [32]


class ElemNet(nn.Module):
    """Element fractions [rows, 86] -> standardized values [rows, heads]."""

    def __init__(self, features=86, heads=2, in_onednn=False):
        super().__init__()
        sizes = [features, *WIDTHS]
        self.body = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.heads = nn.Linear(WIDTHS[-1], heads)
        self.in_onednn = in_onednn
        for layer in self.body:
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        if self.in_onednn:
            x = x.to_mkldnn()
        for layer in self.body:
            x = torch.relu(layer(x))
        if self.in_onednn:
            x = x.to_dense()
        return self.heads(x)


class Batches:
    """Shuffles all rows each epoch and gathers a process's part of each global batch."""

    def __init__(self, processes, features, targets, batch, features_type):
        self.features = torch.from_numpy(np.load(features, mmap_mode=None)).to(features_type)
        self.targets = torch.from_numpy(np.load(targets))
        self.rows = common.ShuffledRows(processes, len(self.targets), batch)

    def next(self):
        chosen = self.rows.next()
        return self.features[chosen], self.targets[chosen]


def make_model(arguments, processes):
    """The model in its numbers' type, the module to call, the optimizer."""
    torch.manual_seed(1)
    model = ElemNet(in_onednn=arguments.way == "mkldnn")
    master = arguments.way == "master"
    if master:
        model = model.to(torch.bfloat16)
    optimizer = common.Optimizer(
        processes, model, torch.optim.AdamW, master, arguments.foreach == "on", lr=1e-3, weight_decay=1e-4
    )
    called = model
    if processes.count > 1 and not master:
        called = nn.parallel.DistributedDataParallel(model, gradient_as_bucket_view=True)
    if arguments.way == "compile":
        called = torch.compile(called)
    return called, optimizer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", required=True, help="float32 .npy [rows, 86]")
    parser.add_argument("--targets", required=True, help="float32 .npy [rows, 2], standardized, NaN = no label")
    common.add_form_arguments(parser)
    arguments = parser.parse_args()
    processes = common.Processes()
    model, optimizer = make_model(arguments, processes)
    own_type = torch.bfloat16 if arguments.way == "master" else torch.float32
    batches = Batches(processes, arguments.features, arguments.targets, arguments.batch, own_type)
    autocast = arguments.precision == "bfloat16" and arguments.way in ("autocast", "compile")

    def compute_loss():
        features, targets = batches.next()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
            predictions = model(features)
        return common.masked_mae(predictions.float(), targets)

    common.train(processes, arguments, optimizer, compute_loss)


if __name__ == "__main__":
    main()
