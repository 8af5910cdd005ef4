"""PyTorch peer of `epitaxy predict`: formulas of a CSV through a trained composition net to a CSV."""

import argparse
import csv
import json

import h5py
import numpy as np
import torch

import common
import composition
from elemnet import ElemNet


def load(path, in_onednn):
    """The model of a best.h5 and its heads' descriptions."""
    with h5py.File(path) as file:
        group = file["model"]
        description = json.loads(group.attrs["description"])
        flat = group["weights/0000"][:]
        places = zip(
            group["parameter_names"].asstr()[:], group["parameter_shapes"].asstr()[:], group["parameter_offsets"][:]
        )
        weights = {}
        for name, shape, offset in places:
            extents = [int(n) for n in shape.split("x")]
            weights[name] = torch.from_numpy(flat[offset : offset + int(np.prod(extents))].reshape(extents))
    heads = description["heads"]
    model = ElemNet(len(description["features"]), len(heads), in_onednn)
    with torch.no_grad():
        for i, layer in enumerate(model.body):
            layer.weight.copy_(weights[f"body.{i:02}.weight"].T)
            layer.bias.copy_(weights[f"body.{i:02}.bias"])
        for i, head in enumerate(heads):
            model.heads.weight[i].copy_(weights[f"head.{head['name']}.weight"].flatten())
            model.heads.bias[i].copy_(weights[f"head.{head['name']}.bias"].flatten()[0])
    return model, heads


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--input", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--batch", type=int, default=4096)
    parser.add_argument("--way", choices=["plain", "mkldnn"], default="plain")
    arguments = parser.parse_args()
    processes = common.Processes()
    model, heads = load(arguments.model, arguments.way == "mkldnn")
    with open(arguments.input, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames
        rows = list(reader)
    features, readable = composition.fractions([row["formula"] for row in rows])
    features = torch.from_numpy(features)
    with torch.inference_mode():
        batches = [model(part) for part in features.split(arguments.batch)]
    scale = np.array([head["scale"] for head in heads])
    values = torch.cat(batches).double().numpy() * scale + np.array([head["mean"] for head in heads])
    with open(arguments.output, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, *(f"{head['target']}_{head['name']}" for head in heads)])
        predicted = iter(values.tolist())
        for row, known in zip(rows, readable):
            numbers = [f"{v:.9g}" for v in next(predicted)] if known else [""] * len(heads)
            writer.writerow([*row.values(), *numbers])
    processes.report({"rows": len(rows), "predicted": len(values)})


if __name__ == "__main__":
    main()
