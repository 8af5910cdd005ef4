"""Reads the decoder of a molecule autoencoder that Epitaxy's vae_train saved: NAME.json and NAME.f32."""

import json

import numpy as np
import torch

from vae_model import LAYERS, MoleculeVae


def load_vae(name):
    """(the model with the saved decoder, characters of the tokens from 1 on)"""
    with open(f"{name}.json", encoding="utf-8") as file:
        content = json.load(file)
    flat = np.fromfile(f"{name}.f32", dtype=np.float32)
    weights = {}
    for p in content["parameters"]:
        size = int(np.prod(p["shape"]))
        weights[p["name"]] = torch.from_numpy(flat[p["offset"] : p["offset"] + size].reshape(p["shape"]))
    tokens = len(content["characters"]) + 1
    latent = weights["decoder.gru.0.input.weight"].shape[0] - tokens - 1
    model = MoleculeVae(tokens, latent)
    with torch.no_grad():
        for i in range(LAYERS):
            layer = f"decoder.gru.{i}"
            getattr(model.gru, f"weight_ih_l{i}").copy_(weights[f"{layer}.input.weight"].T)
            getattr(model.gru, f"weight_hh_l{i}").copy_(weights[f"{layer}.hidden.weight"].T)
            getattr(model.gru, f"bias_ih_l{i}").copy_(weights[f"{layer}.input.bias"])
            getattr(model.gru, f"bias_hh_l{i}").copy_(weights[f"{layer}.hidden.bias"])
        model.output.weight.copy_(weights["decoder.output.weight"].T)
        model.output.bias.copy_(weights["decoder.output.bias"])
    return model, "".join(content["characters"])
