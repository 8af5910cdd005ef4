"""The tasks of the molecule autoencoder: training, and greedy decoding with a check of the decoded molecules."""

import json
import subprocess
from functools import partial

from runner import Form
from tasks import OURS, rate, rows_by_precision

BATCH = 256
SHARDS = 2
POINTS = 20_000


def build_programs(session):
    """vae_train and vae_decode are not part of the default build."""
    command = ["cmake", "--build", str(session.epitaxy.build), "--target", "vae_train", "vae_decode"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")


def run_program(session, name, arguments, ranks=2):
    program = session.epitaxy.build / "tests" / "benchmark" / name
    _, output = session.epitaxy.run(arguments, ranks=ranks, program=program)
    return json.loads(output.strip().splitlines()[-1])


def data_file(session):
    return session.data / "qm9" / "qm9_train.csv.gz"


def training_forms(precision):
    packed, trimmed, full = (("--sequence", kind) for kind in ("packed", "trimmed", "full"))
    if precision == "float32":
        return [Form(2, 1, 1, packed), Form(1, 2, 2, packed), Form(2, 1, 1, trimmed), Form(1, 2, 2, trimmed)]
    master, autocast = ("--way", "master"), ("--way", "autocast")
    return [
        Form(2, 1, 1, master + trimmed),
        Form(1, 2, 2, master + trimmed),
        Form(2, 1, 1, master + full),
        Form(2, 1, 1, master + packed),
        Form(2, 1, 1, autocast + trimmed),
    ]


def train(session, precision):
    """Training steps at a global batch of 256."""
    name = f"VAE training, batch {BATCH}, {precision}"
    session.say(name)
    build_programs(session)
    tokens = session.work / "molecules.npz"
    if not tokens.exists():
        session.peers.run("molecules.py", [data_file(session), "gap_xtb_eV", tokens], Form())
    peer_arguments = ["--data", tokens, "--batch", BATCH, "--precision", precision]

    def peer(form, seconds):
        return session.peers.run("vae.py", [*peer_arguments, "--seconds", seconds], form)

    best, tried = session.choose(lambda form: peer(form, session.trial_seconds), training_forms(precision), rate)
    arguments = ["--data", data_file(session), "--batch", BATCH, "--shards", SHARDS, "--seconds", session.seconds]

    def ours(own):
        return lambda: run_program(session, "vae_train", [*arguments, "--precision", own])

    contenders = {own: ours(own) for own in OURS[precision]}
    contenders["pytorch"] = lambda: peer(best, session.seconds)
    results = session.alternate(contenders)
    return rows_by_precision(name, "samples/s", results, precision, best, tried)


def decoding_forms():
    """Rows that ended leave the batch (compact) or stay; the batch fits the cache or not."""
    kinds = [("256", "on"), ("1024", "on"), ("256", "off")]
    return [
        Form(processes, threads, threads, ("--batch", batch, "--compact", compact))
        for processes, threads in ((1, 2), (2, 1))
        for batch, compact in kinds
    ]


def prepare_decoding(session):
    """Weights of a short training, so that strings have realistic lengths, and random latent points."""
    import numpy as np

    build_programs(session)
    weights, points = session.work / "vae", session.work / "points.f32"
    if not weights.with_suffix(".f32").exists():
        seconds = session.weights_seconds
        session.say(f"  training the weights for {seconds:g} s")
        result = run_program(
            session, "vae_train", ["--data", data_file(session), "--seconds", seconds, "--save", weights]
        )
        session.say(f"  loss per molecule {result['mean_loss_of_last_epoch']:.2f} after {result['steps']} steps")
    np.random.default_rng(1).standard_normal((POINTS, 56), dtype=np.float32).tofile(points)
    return weights, points


def decode(session, precision):
    """Greedy decoding of random latent points to SMILES that are checked by RDKit."""
    name = f"VAE decoding with validity check, {precision}"
    session.say(name)
    weights, points = prepare_decoding(session)
    files = ["--weights", weights, "--points", points]

    def peer(form, count, *more):
        return session.peers.run("decode.py", [*files, "--precision", precision, "--count", count, *more], form)

    def ours(own, count, *more):
        extra = ["--precision", own, "--batch", session.decode_batch, "--count", count]
        return run_program(session, "vae_decode", [*files, *extra, *more])

    first = rate(peer(decoding_forms()[0], 512))
    trial = count_for(first * session.trial_seconds, 1024)
    best, tried = session.choose(lambda form: peer(form, trial), decoding_forms(), rate)
    contenders = {own: partial(ours, own, enough(session, ours(own, 2048))) for own in OURS[precision]}
    contenders["pytorch"] = partial(peer, best, enough(session, peer(best, trial)))
    results = session.alternate(contenders)
    agreement = {own: compare_strings(session, peer, partial(ours, own)) for own in OURS[precision]}
    for own, values in agreement.items():
        session.say(f"  {own}: {100 * values['equal_fraction']:.2f} % of {values['points']} strings as PyTorch's")
    return rows_by_precision(name, "points/s", results, precision, best, tried, agreement=agreement)


def enough(session, result):
    """Points for the session's seconds at a measured rate."""
    return count_for(rate(result) * session.seconds)


def count_for(wanted, least=2048):
    """A number of points in whole batches, at most all of them."""
    return int(min(POINTS, max(least, round(wanted / 1024) * 1024)))


def compare_strings(session, peer, ours):
    """How many strings both sides decode alike from the same points."""
    count = 2048
    outputs = session.work / "strings_epitaxy", session.work / "strings_pytorch"
    mine = ours(count, "--output", outputs[0])
    theirs = peer(Form(1, 2, 2, ("--batch", "1024")), count, "--output", outputs[1])
    strings = [], outputs[1].read_text(encoding="utf-8").splitlines()
    for rank in range(2):
        strings[0].extend((session.work / f"strings_epitaxy.{rank}").read_text(encoding="utf-8").splitlines())
    equal = sum(a == b for a, b in zip(*strings, strict=True))
    return {
        "points": count,
        "equal_fraction": equal / count,
        "valid_fraction_epitaxy": mine["valid_fraction"],
        "valid_fraction_pytorch": theirs["valid_fraction"],
        "mean_length": mine["mean_length"],
    }
