#!/usr/bin/env python3
"""Compares the reader of tables with Python's csv (strict=True) on random tables and on mutations of them.

Each table has the same rows and fields for both, or is refused. What Python refuses has to be refused. A table that was
not mutated is not refused. White space around fields and blank lines do not count.

Usage: csv_reference.py PRINT_TABLES [TABLES [SEED]]
"""
import csv
import io
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from table_reference import header_of, rows_of

TEXTS = ["Fe2O3", "-1.25", "0,65", "1e-5", "", "say \"hi\"", "a, b", "x; y", "two\nlines", "two\r\nlines", "tab\there", "C[C@H](N)O",
         "\u00e9t\u00e9", "5\u00a0000", "\"", "caf\u00e9 'x'", "NaN", "12\""]
BYTES = [b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"\r\n", b" ", b"\0", b"\xc2\xa0", b"\xe9", b"\xff", b"x", b"1", b"'", b"\\", b"\n\n"]


def table(rng):
    """A good table as bytes."""
    separator = rng.choice(",,,;\t")
    columns = rng.randint(1 if separator == "," else 2, 5)
    text = io.StringIO(newline="")
    if rng.random() < 0.1:
        text.write("\ufeff")
    end = rng.choice(["\n", "\n", "\r\n", "\r"])
    # Python quotes a field for a line end only if that is the table's.
    all_quoted = end == "\r" or rng.random() < 0.3
    writer = csv.writer(text, delimiter=separator, lineterminator=end,
                        quoting=csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL)
    writer.writerow([f"column {i}" for i in range(columns)])
    for _ in range(rng.randint(1, 12)):
        writer.writerow([rng.choice(TEXTS) for _ in range(columns)])
    return text.getvalue().encode()


def mutated(rng, data):
    """Some bytes, lines or fields inserted, removed, exchanged."""
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        place = rng.randrange(len(data) + 1)
        kind = rng.randrange(6)
        if kind < 2:
            data = data[:place] + rng.choice(BYTES) + data[place:]
        elif kind == 2:
            data = data[:place] + data[place + rng.choice([1, 1, 2, 8]):]
        elif kind == 3:
            data = data[:place] + rng.choice(BYTES) + data[place + 1:]
        elif kind == 4:
            data = data[:place]
        else:
            lines = data.splitlines(keepends=True)
            line = rng.randrange(len(lines)) if lines else 0
            lines[line:line + 1] = lines[line:line + 1] * rng.choice([0, 2])
            data = b"".join(lines)
    return data


def difference(data, answer, is_good):
    """What is wrong with the answer; nothing when all is well."""
    if "refused" in answer:
        return f"refused: {answer['refused']}" if is_good else None
    try:
        expected = rows_of(data, answer["notes"])
    except (csv.Error, UnicodeDecodeError) as error:
        return f"Python refuses it: {error}"
    header = header_of(expected)
    if answer["columns"] != header:
        return f"columns {answer['columns']}, expected {header}"
    rows = [(row["line"], row["fields"]) for row in answer["rows"] if row["fields"] != [""]]
    expected = expected[:1] + [(line, row) for line, row in expected[1:] if row != [""]]
    if rows != expected[1:]:
        return f"rows {rows}, expected {expected[1:]}"
    return None


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    rng = random.Random(seed)
    cases = []
    for _ in range(count):
        good = table(rng)
        cases.append((good, True))
        cases += [(mutated(rng, good), False) for _ in range(3)]
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for i, (data, _) in enumerate(cases):
            names.append(f"{i}.csv")
            Path(folder, names[-1]).write_bytes(data)
        output = []
        for first in range(0, len(names), 500):
            done = subprocess.run([Path(program).resolve(), *names[first:first + 500]], cwd=folder, check=True, capture_output=True)
            output += done.stdout.decode().splitlines()
    answers = [json.loads(line) for line in output]
    if len(answers) != len(cases):
        sys.exit(f"{len(answers)} answers to {len(cases)} tables")
    wrong = 0
    for (data, is_good), answer in zip(cases, answers):
        problem = difference(data, answer, is_good)
        if problem:
            wrong += 1
            print(f"{data!r}\n  {problem}")
    refused = sum("refused" in answer for answer in answers)
    print(f"{len(cases)} tables (seed {seed}): {refused} refused, {wrong} read otherwise than by Python")
    if wrong or refused > len(cases) / 2:
        sys.exit(1)


main()
