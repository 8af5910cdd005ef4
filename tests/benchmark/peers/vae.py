"""PyTorch peer of the molecule autoencoder's training: teacher forcing, Adam, one property head."""

import argparse

import torch
from torch import nn

import common
import molecules
import vae_model


class Batches:
    """Shuffles all molecules each epoch and gathers a process's part of each global batch."""

    def __init__(self, processes, path, batch):
        tokens, characters, targets = molecules.load(path)
        self.token_count = len(characters) + 1
        self.tokens = torch.from_numpy(tokens)
        self.targets = torch.from_numpy(targets)
        self.rows = common.ShuffledRows(processes, len(self.targets), batch)

    def next(self):
        chosen = self.rows.next()
        return vae_model.by_length(self.tokens[chosen].long(), self.targets[chosen])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help=".npz of molecules.py")
    parser.add_argument("--sequence", choices=["full", "trimmed", "packed"], default="full")
    common.add_form_arguments(parser)
    arguments = parser.parse_args()
    processes = common.Processes()
    batches = Batches(processes, arguments.data, arguments.batch)
    torch.manual_seed(1)
    model = vae_model.MoleculeVae(batches.token_count, sequence=arguments.sequence)
    master = arguments.way == "master"
    if master:
        model = model.to(torch.bfloat16)
    optimizer = common.Optimizer(processes, model, torch.optim.Adam, master, arguments.foreach == "on", lr=1e-3)
    called = model
    if processes.count > 1 and not master:
        called = nn.parallel.DistributedDataParallel(model, gradient_as_bucket_view=True)
    if arguments.way == "compile":
        called = torch.compile(called)
    autocast = arguments.precision == "bfloat16" and arguments.way in ("autocast", "compile")

    def compute_loss():
        tokens, lengths, targets = batches.next()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
            outputs = called(tokens, lengths)
        return vae_model.loss(outputs, tokens, lengths, targets, beta=0.1)

    common.train(processes, arguments, optimizer, compute_loss)


if __name__ == "__main__":
    main()
