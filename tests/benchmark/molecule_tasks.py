"""The tasks of the molecule autoencoder: training, and greedy decoding with a check of the decoded molecules."""

import json
import subprocess

from runner import Form
from tasks import measured_row, rate

BATCH = 256
SHARDS = 2
POINTS = 20_000


def build_programs(session):
    """vae_train and vae_decode are not part of the default build."""
    subprocess.run(
        ["cmake", "--build", str(session.epitaxy.build), "--target", "vae_train", "vae_decode"],
        check=True,
        stdout=subprocess.DEVNULL,
    )


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
    arguments = ["--data", tokens, "--batch", BATCH, "--precision", precision]

    def peer(form, seconds):
        return session.peers.run("vae.py", [*arguments, "--seconds", seconds], form)

    best, tried = session.choose(lambda form: peer(form, session.trial_seconds), training_forms(precision), rate)
    ours = ["--data", data_file(session), "--batch", BATCH, "--shards", SHARDS, "--precision", precision]
    results = session.alternate(
        {
            "epitaxy": lambda: run_program(session, "vae_train", [*ours, "--seconds", session.seconds]),
            "pytorch": lambda: peer(best, session.seconds),
        }
    )
    return [measured_row(name, "samples/s", results, best, tried)]


def decoding_forms():
    return [
        Form(processes, threads, threads, ("--batch", batch, "--compact", compact))
        for processes, threads in ((1, 2), (2, 1))
        for batch in ("256", "1024")
        for compact in ("on", "off")
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
    arguments = ["--weights", weights, "--points", points, "--precision", precision]

    def peer(form, count, *more):
        return session.peers.run("decode.py", [*arguments, "--count", count, *more], form)

    def ours(count, *more):
        extra = ["--batch", session.decode_batch, "--count", count, *more]
        return run_program(session, "vae_decode", [*arguments, *extra])

    first = rate(peer(decoding_forms()[0], 512))
    trial = count_for(first * session.trial_seconds)
    best, tried = session.choose(lambda form: peer(form, trial), decoding_forms(), rate)
    speeds = {"pytorch": rate(peer(best, trial)), "epitaxy": rate(ours(2048))}
    counts = {side: count_for(speed * session.seconds) for side, speed in speeds.items()}
    results = session.alternate(
        {"epitaxy": lambda: ours(counts["epitaxy"]), "pytorch": lambda: peer(best, counts["pytorch"])}
    )
    agreement = compare_strings(session, peer, ours)
    session.say(f"  {100 * agreement['equal_fraction']:.2f} % of {agreement['points']} strings are equal")
    return [measured_row(name, "points/s", results, best, tried, agreement=agreement)]


def count_for(wanted):
    """A number of points in whole batches, at most all of them."""
    return int(min(POINTS, max(2048, round(wanted / 2048) * 2048)))


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
