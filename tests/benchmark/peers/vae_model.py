"""The molecule autoencoder in PyTorch: convolutions, a normal latent vector, a decoder of three GRU layers."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from molecules import END, LENGTH

CHANNELS = (8, 8, 16)
KERNELS = (9, 9, 11)
HIDDEN = 196
LATENT = 56
CELLS = 500
LAYERS = 3
MASKED = -100  # of a target that does not count


class MoleculeVae(nn.Module):
    """Tokens [rows, LENGTH] -> logits, mean and log-variance of the latent vector, property.

    `sequence` tells what the decoder trains on: `full` sequences, `trimmed` to the longest of the batch, or `packed`
    without any padding.
    """

    def __init__(self, tokens, latent=LATENT, sequence="full"):
        super().__init__()
        self.sequence = sequence
        self.tokens = tokens
        sizes = [tokens, *CHANNELS]
        self.convolutions = nn.ModuleList(nn.Conv1d(a, b, k) for a, b, k in zip(sizes, CHANNELS, KERNELS))
        length = LENGTH - sum(KERNELS) + len(KERNELS)
        self.dense = nn.Linear(length * CHANNELS[-1], HIDDEN)
        self.mean = nn.Linear(HIDDEN, latent)
        self.log_variance = nn.Linear(HIDDEN, latent)
        self.property = nn.Linear(latent, 1)
        self.gru = nn.GRU(latent + tokens + 1, CELLS, LAYERS)  # the additional token is the start
        self.output = nn.Linear(CELLS, tokens)

    def one_hot(self, tokens, count):
        return F.one_hot(tokens, count).to(self.output.weight.dtype)

    def encode(self, tokens):
        x = self.one_hot(tokens, self.tokens).transpose(1, 2)
        for layer in self.convolutions:
            x = torch.relu(layer(x))
        x = torch.relu(self.dense(x.flatten(1)))
        return self.mean(x).float(), self.log_variance(x).float()

    def decode(self, latent, tokens, lengths):
        """Teacher forcing: the input of a step is the latent vector and the token before.

        Rows are in the order of falling lengths. Logits are [longest, rows, tokens], or [tokens of all rows, tokens] in
        the order of a packed sequence when padding is left out of the GRU.
        """
        longest = LENGTH if self.sequence == "full" else int(lengths[0])
        before = F.pad(tokens, (1, 0), value=self.tokens)[:, :longest].transpose(0, 1)
        before = self.one_hot(before, self.tokens + 1)
        inputs = torch.cat([latent.to(before.dtype).expand(longest, -1, -1), before], dim=2)
        if self.sequence == "packed":
            hidden = self.gru(pack_padded_sequence(inputs, lengths))[0].data
        else:
            hidden = self.gru(inputs)[0]
        return self.output(hidden)

    def forward(self, tokens, lengths):
        mean, log_variance = self.encode(tokens)
        latent = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        predicted = self.property(mean.to(self.property.weight.dtype))
        return self.decode(latent, tokens, lengths), mean, log_variance, predicted


def by_length(tokens, *others):
    """Rows in the order of falling lengths (the end token included), and the lengths."""
    lengths, order = ((tokens != END).sum(dim=1) + 1).sort(descending=True)
    return tokens[order], lengths, *(other[order] for other in others)


def loss(outputs, tokens, lengths, targets, beta):
    """Per molecule: summed cross-entropy, beta times KL, squared error of the property."""
    logits, mean, log_variance, predicted = outputs
    if logits.dim() == 2:
        wanted = pack_padded_sequence(tokens.transpose(0, 1), lengths).data
    else:
        steps = torch.arange(len(logits))[:, None]
        wanted = tokens.transpose(0, 1)[: len(logits)].masked_fill(steps >= lengths, MASKED).reshape(-1)
        logits = logits.flatten(0, 1)
    cross_entropy = F.cross_entropy(logits.float(), wanted, ignore_index=MASKED, reduction="sum")
    kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum()
    return (cross_entropy + beta * kl + 0.5 * (predicted.float()[:, 0] - targets).square().sum()) / len(tokens)


@torch.inference_mode()
def greedy(model, latent, compact):
    """Latent points [rows, latent] -> tokens [rows, LENGTH], the most probable one each step.

    It ends when all rows have ended; with `compact` rows that have ended leave the batch whenever they are a quarter
    of it.
    """
    latent = latent.to(model.output.weight.dtype)
    rows = len(latent)
    result = torch.full((rows, LENGTH), END, dtype=torch.long)
    place = torch.arange(rows)
    chosen = torch.full((rows,), model.tokens, dtype=torch.long)
    ended = torch.zeros(rows, dtype=torch.bool)
    state = None
    for step in range(LENGTH):
        before = model.one_hot(chosen, model.tokens + 1)
        hidden, state = model.gru(torch.cat([latent, before], dim=1)[None], state)
        chosen = model.output(hidden[0]).argmax(dim=1)
        chosen[ended] = END
        result[place, step] = chosen
        ended = chosen == END
        count = int(ended.sum())
        if count == len(ended):
            break
        if compact and 4 * count > len(ended):
            going = (~ended).nonzero()[:, 0]
            place, latent, chosen = place[going], latent[going], chosen[going]
            state, ended = state[:, going].contiguous(), ended[going]
    return result
