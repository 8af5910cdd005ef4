#!/usr/bin/env python3
"""Imports the fields of readings.csv: what the program reads beyond Python's csv and float, and what it does not.

Rows of one `table` are one table, separated by `separator`. `key`: bound and middle are values of `censored`;
missing_values is the list -999, n.d. A field gives the number `expected`, is missing, or its row is rejected; `refused`
of one field refuses the whole table.

Usage: readings.py PROGRAM
"""
import csv
import itertools
import math
import os
import sys
import tempfile
from pathlib import Path

from program_import import Table, read_result, run, write_stage

CASES = Path(__file__).with_name("readings.csv")


def text_of(cases):
    """The table, and the line of its first row."""
    declared = cases[0]["separator"].startswith("sep=")
    separator = "\t" if cases[0]["separator"] == "tab" else cases[0]["separator"][-1]
    quote = '"' if separator == "," else ""
    lines = [f"formula{separator}value"]
    lines += [f"FeO{number}{separator}{quote}{case['field']}{quote}" for number, case in enumerate(cases, 1)]
    return "\n".join([cases[0]["separator"]] * declared + lines + [""]), 3 if declared else 2


def reading(row, is_rejected):
    if row is None:
        return "rejected" if is_rejected else "lost"
    value = row["values"][0]
    return "missing" if math.isnan(value) else value


def is_expected(found, expected):
    try:
        return math.isclose(found, float(expected), rel_tol=1e-12)
    except (TypeError, ValueError):
        return found == expected


def problems_of(program, folder, name, cases):
    table = Table(name, "compositions", [("value", "none", "none")])
    text, first = text_of(cases)
    Path(folder, "table.csv").write_text(text, encoding="utf-8")
    key = cases[0]["key"]
    write_stage(folder, table, "table.csv", {"missing_values": [-999, "n.d."]} if key == "missing_values" else {},
                {"censored": key} if key in ("bound", "middle") else {})
    code, output = run(program, folder)
    if any(case["expected"] == "refused" for case in cases):
        return [] if code == 2 and "can be read in two ways" in output else [f"{name}: exit code {code}: {output}"]
    if code != 0:
        return [f"{name}: exit code {code}: {output}"]
    rows, rejected = read_result(folder, table)
    problems = []
    for line, case in enumerate(cases, first):
        found = reading(rows.get(line), line in rejected)
        if not is_expected(found, case["expected"]):
            problems.append(f"{name}: {case['field']!r} is {found}, expected {case['expected']}")
    return problems


def main():
    program = os.path.realpath(sys.argv[1])
    os.environ |= {"OMP_NUM_THREADS": "1"}
    with open(CASES, newline="", encoding="utf-8") as file:
        cases = list(csv.DictReader(file, strict=True))
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for name, group in itertools.groupby(cases, lambda case: case["table"]):
            problems += problems_of(program, folder, name, list(group))
    print(*problems, f"{len(cases)} fields: {len(problems)} read otherwise than expected", sep="\n")
    return 1 if problems else 0


sys.exit(main())
