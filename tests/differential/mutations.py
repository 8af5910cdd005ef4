#!/usr/bin/env python3
"""Imports random mutations of the shipped tables and of generated ones.

Each import ends with a data set or with a message. Each row of a data set is what Python's csv, float, pymatgen and
RDKit read in its line; every other row stands in rejected.csv. EPITAXY_DATA adds the heads of the public tables.

Usage: mutations.py PROGRAM [MUTATIONS [SEED [FIRST]]]; without a seed it is another one each time. FIRST is the number
of the first mutation, to repeat one.
"""
import collections
import gzip
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

import generated_tables
import shipped_tables
from import_check import check
from table_mutator import mutated, of_bytes


def mutation(tables, seed, number):
    """A table, its mutated text and the name of its file, which follow from seed and number."""
    rng = random.Random(f"{seed}:{number}")
    table = rng.choice(tables)
    count = min(len(table.rows), rng.choice([1, 3, 10, 30, 30, 100, shipped_tables.HEAD]))
    first = rng.randrange(len(table.rows) - count + 1)
    data = b"\n".join([table.header, *table.rows[first:first + count], b""])
    data = mutated(rng, data) if rng.random() < 0.95 else data
    if rng.random() < 0.95:
        return table, data, "table.csv"
    packed = gzip.compress(data, mtime=0)
    return table, of_bytes(rng, packed) if rng.random() < 0.5 else packed, "table.csv.gz"


def keep(folder, number):
    kept = Path(tempfile.gettempdir(), f"epitaxy-mutation-{number}")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder, kept)
    return kept


def check_whole(program, tables, folder):
    """Tables as they are lose no row."""
    for table in tables:
        ended, problem = check(program, folder, table, b"\n".join([table.header, *table.rows, b""]))
        rejected = Path(folder, "out/rejected.csv").read_text() if ended == "imported" else ""
        if ended != "imported" or problem or rejected.count("\n") > 1 + 0.01 * len(table.rows):
            sys.exit(f"{table.name}: {ended}, {problem}\n{rejected}")


def main():
    program = os.path.realpath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = sys.argv[3] if len(sys.argv) > 3 else str(random.randrange(10**6))
    begin = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    os.environ |= {"OMP_NUM_THREADS": "1"}
    tables = shipped_tables.all_tables()
    counts = collections.Counter()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        check_whole(program, tables, folder)
        tables += generated_tables.generated(seed, tables)
        for number in range(begin, begin + count):
            table, data, name = mutation(tables, seed, number)
            ended, problem = check(program, folder, table, data, name)
            counts[ended] += 1
            if (number - begin) % 500 == 499:
                print(f"{number - begin + 1} mutations done", flush=True)
            if problem:
                wrong += 1
                print(f"{number} ({table.name}, {ended}): {problem}; kept in {keep(folder, number)}", flush=True)
    print(f"{count} mutations of {len(tables)} tables (seed {seed}): {dict(counts)}, {wrong} wrong")
    if wrong or counts["imported"] < count / 3:
        sys.exit(1)


main()
