"""The tasks of the comparison. Each returns rows for the table: what, unit, both sides' values, forms, ratios."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from epitaxy_side import TARGET, Epitaxy, thin_out
from runner import Form, Peers, alternate, choose, compare

PRECISIONS = ("float32", "bfloat16")
# What Epitaxy is run with for each precision of the peer. float32_split keeps 16 bits of each factor of a product,
# exact float32 keeps 24: both are told.
OURS = {"float32": ("float32", "float32_split"), "bfloat16": ("bfloat16",)}
SHARDS = {512: 2, 2048: 2}  # one a rank


@dataclass
class Session:
    """What all tasks need: both sides, the data, how long to measure."""

    epitaxy: Epitaxy
    peers: Peers
    data: Path
    work: Path
    rounds: int
    seconds: float  # of measured steps in a round
    trial_seconds: float  # of measured steps when a form is tried
    rows: int
    weights_seconds: float = 40  # of training before the decoding
    decode_batch: int = 256
    shards: dict = field(default_factory=lambda: dict(SHARDS))
    say: callable = partial(print, flush=True)

    def choose(self, run, forms, value):
        return choose(run, forms, value, self.say)

    def alternate(self, contenders):
        return alternate(contenders, self.rounds, self.say)


def rate(result):
    return result["samples_per_s"]


def measured_row(name, unit, results, form, tried, ours="epitaxy", faster_is_larger=True, value=rate, **more):
    """A row of the table from the results of both sides."""
    values = [[value(r) for r in results[side]] for side in (ours, "pytorch")]
    return {
        "task": name,
        "unit": unit,
        "pytorch_form": str(form),
        "pytorch_forms_tried": tried,
        **compare(*values, faster_is_larger),
        "epitaxy_results": results[ours],
        "pytorch_results": results["pytorch"],
        **more,
    }


def rows_by_precision(name, unit, results, precision, form, tried, **more):
    """A row for each of Epitaxy's ways to compute in the peer's precision."""
    rows = []
    for own in OURS[precision]:
        label = name if own == precision else f"{name} ({own.removeprefix(precision + '_')})"
        rows.append(measured_row(label, unit, results, form, tried, ours=own, **more))
    return rows


def prepare_compositions(session):
    """Imports part of OQMD and of the Materials Project, and writes the same rows as arrays for the peer."""
    import h5py  # only this task needs it
    import numpy as np

    features, targets = [], []
    sources = ("oqmd", "mp")
    for head, name in enumerate(sources):
        csv = session.work / f"{name}.csv"
        thin_out(session.data / "formation_energy" / f"{name}_dft.csv", csv, session.rows * (3 - head) // 5)
        session.epitaxy.import_rows(name, csv)
        with h5py.File(session.work / name / "dataset.h5") as file:
            x, y = file["features"][:], file[f"targets/{TARGET}"][:]
        x, y = x[(-10 <= y) & (y <= 5)], y[(-10 <= y) & (y <= 5)]
        labels = np.full((len(y), len(sources)), np.nan, dtype=np.float32)
        labels[:, head] = (y - y.mean()) / y.std()
        features.append(x.astype(np.float32))
        targets.append(labels)
    np.save(session.work / "features.npy", np.concatenate(features))
    np.save(session.work / "targets.npy", np.concatenate(targets))
    return sum(map(len, targets))


def elemnet_forms(precision):
    if precision == "float32":
        plain, onednn = ("--way", "plain"), ("--way", "mkldnn")
        return [
            Form(1, 2, 2, plain),
            Form(1, 1, 1, plain),
            Form(2, 1, 1, plain),
            Form(1, 2, 2, onednn),
            Form(2, 1, 1, onednn),
        ]
    autocast, master = ("--way", "autocast"), ("--way", "master")
    return [
        Form(1, 2, 2, autocast),
        Form(2, 1, 1, autocast),
        Form(1, 2, 2, master),
        Form(1, 1, 1, master),
        Form(2, 1, 1, master),
    ]


def pretrain_contender(session, batch, precision, ranks, rows):
    """A function that runs Epitaxy for about the session's seconds; it is run once here to learn the rate."""
    epitaxy, shards = session.epitaxy, session.shards[batch]
    first = epitaxy.pretrain(batch, precision, shards, 1, ranks)
    epochs = 1 + max(1, round(session.seconds * rate(first) / rows))
    return lambda: epitaxy.pretrain(batch, precision, shards, epochs, ranks)


def elemnet(session, batch, precision):
    """Training of ElemNet at one global batch and precision."""
    name = f"ElemNet training, batch {batch}, {precision}"
    session.say(name)
    rows = prepare_compositions(session) if not (session.work / "targets.npy").exists() else session.rows
    arguments = ["--features", session.work / "features.npy", "--targets", session.work / "targets.npy"]
    arguments += ["--batch", batch, "--precision", precision]

    def peer(form, seconds):
        return session.peers.run("elemnet.py", [*arguments, "--seconds", seconds], form)

    best, tried = session.choose(lambda form: peer(form, session.trial_seconds), elemnet_forms(precision), rate)
    contenders = {own: pretrain_contender(session, batch, own, 2, rows) for own in OURS[precision]}
    contenders["pytorch"] = lambda: peer(best, session.seconds)
    scaled = OURS[precision][-1]
    if batch == max(session.shards):
        contenders["one_rank"] = pretrain_contender(session, batch, scaled, 1, rows)
    results = session.alternate(contenders)
    made = rows_by_precision(name, "samples/s", results, precision, best, tried, shards=session.shards[batch])
    if "one_rank" in results:
        ratios = compare([rate(r) for r in results[scaled]], [rate(r) for r in results["one_rank"]], True)
        renamed = {key.replace("pytorch", "one_rank"): value for key, value in ratios.items()}
        made.append({"task": f"2 ranks / 1 rank, batch {batch}, {scaled}", "unit": "samples/s", **renamed})
    return made


def predict(session):
    """`epitaxy predict` on 100,000 compositions, from CSV to CSV, whole command."""
    name = "predict, 100,000 compositions"
    session.say(name)
    source, model = session.work / "compositions.csv", session.work / "model" / "best.h5"
    thin_out(session.data / "formation_energy" / "oqmd_dft.csv", source, 100_000)
    if not model.exists():
        if not (session.work / "oqmd" / "dataset.h5").exists():
            prepare_compositions(session)
        trained = session.epitaxy.pretrain(512, "auto", 2, 1)
        (session.work / "model").mkdir(exist_ok=True)
        Path(trained["output"], "best.h5").rename(model)
    outputs = {side: session.work / f"predicted_{side}.csv" for side in ("epitaxy", "pytorch")}
    arguments = ["--model", model, "--input", source, "--output", outputs["pytorch"]]

    def peer(form):
        return session.peers.run("predict.py", arguments, form)

    forms = [
        Form(1, 2, 2, ("--way", way, "--batch", batch)) for way in ("plain", "mkldnn") for batch in ("1024", "8192")
    ]
    best, tried = session.choose(peer, forms, lambda r: 1 / r["whole_command_s"])
    results = session.alternate(
        {
            "epitaxy": lambda: {"whole_command_s": session.epitaxy.predict(model, source, outputs["epitaxy"])},
            "pytorch": lambda: peer(best),
        }
    )
    difference = largest_difference(*outputs.values())
    session.say(f"  largest difference of the predictions: {difference:.2g} eV/atom")
    return [
        measured_row(
            name,
            "s",
            results,
            best,
            tried,
            faster_is_larger=False,
            value=lambda r: r["whole_command_s"],
            largest_difference_eV_atom=difference,
        )
    ]


def largest_difference(ours, theirs):
    import csv

    with open(ours, newline="", encoding="utf-8") as a, open(theirs, newline="", encoding="utf-8") as b:
        pairs = list(zip(csv.DictReader(a), csv.DictReader(b)))
    columns = [name for name in pairs[0][1] if name.startswith(TARGET + "_")]
    return max(abs(float(x[c]) - float(y[c])) for x, y in pairs for c in columns if x[c] and y[c])


def importing(session):
    """An import stage of 150,000 rows, whole command."""
    name = "import, 150,000 rows"
    session.say(name)
    source = session.work / "import_all.csv"
    thin_out(session.data / "formation_energy" / "oqmd_dft.csv", source, 150_000)
    arguments = ["--source", source, "--target", TARGET, "--output", session.work / "imported_by_pandas.h5"]
    form = Form(1, 2, 2)
    results = session.alternate(
        {
            "epitaxy": lambda: {"whole_command_s": session.epitaxy.import_rows("all", source)},
            "pytorch": lambda: session.peers.run("importing.py", arguments, form),
        }
    )
    return [
        measured_row(
            name,
            "s",
            results,
            "pandas, h5py",
            [],
            faster_is_larger=False,
            value=lambda r: r["whole_command_s"],
        )
    ]
