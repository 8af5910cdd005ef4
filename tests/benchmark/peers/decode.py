"""PyTorch peer of greedy decoding: latent points to checked SMILES, with weights trained by Epitaxy."""

import argparse
import time

import numpy as np
import torch

import common
import molecules
import vae_model
from raw_weights import load_vae

try:
    from rdkit import Chem, RDLogger
except ImportError as error:
    raise SystemExit(f"the check of decoded molecules needs RDKit ({error}): install python3-rdkit") from error


def is_valid(smiles):
    """RDKit parses and sanitizes it; one fragment with at least one atom, no radicals."""
    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None or molecule.GetNumAtoms() == 0 or "." in smiles:
        return False
    return not any(atom.GetNumRadicalElectrons() for atom in molecule.GetAtoms())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", required=True, help="NAME of vae_train --save")
    parser.add_argument("--points", required=True, help="float32, raw, [points, latent]")
    parser.add_argument("--count", type=int, help="how many of them; default all")
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], required=True)
    parser.add_argument("--compact", choices=["on", "off"], default="off", help="rows that ended leave the batch")
    parser.add_argument("--output", help="the decoded strings, a line each (one process only)")
    arguments = parser.parse_args()
    processes = common.Processes()
    RDLogger.DisableLog("rdApp.*")
    model, characters = load_vae(arguments.weights)
    if arguments.precision == "bfloat16":
        model = model.to(torch.bfloat16)
    latent = model.gru.input_size - model.tokens - 1
    points = torch.from_numpy(np.fromfile(arguments.points, dtype=np.float32).reshape(-1, latent))
    points = points[: arguments.count]
    total = len(points)
    points = points[processes.rank :: processes.count]
    compact = arguments.compact == "on"
    vae_model.greedy(model, points[: arguments.batch], compact)  # warm-up
    processes.wait()

    start = time.perf_counter()
    decoded = []
    valid = 0
    for first in range(0, len(points), arguments.batch):
        tokens = vae_model.greedy(model, points[first : first + arguments.batch], compact)
        smiles = molecules.to_text(tokens.numpy(), characters)
        valid += sum(is_valid(text) for text in smiles)
        decoded += smiles
    processes.wait()
    elapsed = time.perf_counter() - start
    if arguments.output and processes.count == 1:
        with open(arguments.output, "w", encoding="utf-8") as file:
            file.writelines(text + "\n" for text in decoded)
    processes.report(
        {
            "samples_per_s": total / elapsed,
            "seconds": elapsed,
            "points": total,
            "valid_fraction": valid / len(points),
            "mean_length": sum(map(len, decoded)) / len(decoded),
        }
    )


if __name__ == "__main__":
    main()
