#!/usr/bin/env python3
"""Compares the reader of formulas with pymatgen's Composition on random formulas and on mutations of them.

Each formula has the same amounts for both, or is refused by both. What is stated to differ, with its reason, is in
formula_reference.py. Keys are compared, too: an identity has the fractions of its formula, a group nearly these.

Usage: formulas.py PRINT_FORMULAS [FORMULAS [SEED]]; without a seed it is another one each time
"""
import collections
import json
import random
import subprocess
import sys

import formula_generator
import formula_reference as reference

AMOUNTS = 1e-9
# Each fraction is rounded to 1e-6, and so is their sum.
IDENTITY = 1e-5
# Of a group: half a unit of the last digit written, at most 0.002, of the total or of one element.
GROUP = 0.0045


def fractions(atoms):
    total = sum(atoms.values())
    return {symbol: amount / total for symbol, amount in atoms.items()}


def apart(first, second):
    """The largest difference of two compositions."""
    return max(abs(first.get(symbol, 0) - second.get(symbol, 0)) for symbol in {*first, *second})


def key_problem(answer, expected):
    for key, limit in (("identity", IDENTITY), ("group", GROUP)):
        distance = apart(fractions(reference.atoms(answer[key])), fractions(expected))
        if distance > limit:
            return f"its {key} {answer[key]} is off by {distance:.2g}"
    return None


def problem(text, answer, counts):
    """What is wrong with the answer; nothing when all is well."""
    text = text.strip(" \t\r\n\v\f")
    try:
        expected = reference.atoms(text)
    except reference.Refused as error:
        counts["refused by both" if "refused" in answer else "wrong"] += 1
        return None if "refused" in answer else f"read as {answer['atoms']}, pymatgen refuses it: {error}"
    if "refused" in answer:
        stated = reference.may_be_refused(text)
        counts[f"refused, stated: {stated}" if stated else "wrong"] += 1
        return None if stated else f"refused: {answer['refused']}, pymatgen reads {expected}"
    wrong = [symbol for symbol in {*expected, *answer["atoms"]}
             if abs(expected.get(symbol, 0) - answer["atoms"].get(symbol, 0)) > AMOUNTS * max(1, expected.get(symbol, 0))]
    told = f"read as {answer['atoms']}, pymatgen reads {expected}" if wrong else key_problem(answer, expected)
    counts["wrong" if told else "read alike"] += 1
    return told


def main():
    program = sys.argv[1]
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10**6)
    rng = random.Random(seed)
    texts = []
    while len(texts) < number:
        text = formula_generator.formula(rng)
        texts += [text, formula_generator.mutated(rng, text)]
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run([program], input=lines.encode(), capture_output=True, check=True)
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    if len(answers) != len(texts):
        sys.exit(f"{len(answers)} answers to {len(texts)} formulas")
    counts = collections.Counter()
    for text, answer in zip(texts, answers):
        told = problem(text, answer, counts)
        if told:
            print(f"{text!r}: {told}")
    print(f"{len(texts)} formulas (seed {seed}):")
    for name, count in counts.most_common():
        print(f"{count:8} {name}")
    if counts["wrong"] or counts["read alike"] < len(texts) / 4:
        sys.exit(1)


main()
