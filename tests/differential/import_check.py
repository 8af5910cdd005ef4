"""Imports a table by the program, and compares the data set with what the references read in its lines."""
import csv
import math
import zlib
from pathlib import Path

import formula_reference
import molecule_reference
from program_import import SECONDS, read_result, run, write_stage
from table_reference import header_of, number_of, rows_of

# The group of a formula is known to the half of its last digit.
GROUP = 0.0045
VALUES = 1e-9
KJ_MOL = 96.48533212


def columns_with_commas(notes):
    return [name for note in notes if "decimal commas in: " in note for name in note.split("decimal commas in: ")[1].split(", ")]


def text_problem(table, source, prepared):
    """Is the prepared text the substance that the reference reads in the source?"""
    if table.kind == "molecules":
        expected = molecule_reference.canonical(source)
        return None if expected and molecule_reference.canonical(prepared) == expected else f"'{source}' is {prepared}, not {expected}"
    try:
        expected = formula_reference.atoms(source)
    except formula_reference.Refused as error:
        return f"'{source}' is taken, pymatgen refuses it: {error}"
    found = formula_reference.atoms(prepared)
    for symbol in {*expected, *found}:
        if abs(expected.get(symbol, 0) / sum(expected.values()) - found.get(symbol, 0) / sum(found.values())) > GROUP:
            return f"'{source}' is {prepared}, not {expected}"
    return None


def value_problem(field, value, source, target):
    column, unit, to = target
    expected = number_of(field)
    if expected is None:
        return f"{column}: '{field}' is taken as {value}"
    if unit != to:  # from kJ/mol to eV/atom
        expected /= KJ_MOL * sum(formula_reference.atoms(source).values())
    same = math.isnan(value) if math.isnan(expected) else math.isclose(value, expected, rel_tol=VALUES)
    return None if same else f"{column}: '{field}' is taken as {value}, not {expected}"


def row_problem(table, header, fields, row, commas):
    """Of a row of the data set: what is not as the reference reads it."""
    if len(fields) != len(header):
        return f"{len(fields)} fields, the header has {len(header)}"
    by_name = dict(zip(header, fields))
    source = by_name[table.column]
    if row["source"] != source:
        return f"the text is '{row['source']}', not '{source}'"
    problem = text_problem(table, source, row["prepared"])
    for target, value in zip(table.targets, row["values"]):
        field = by_name[target[0]]
        field = field.replace(",", ".") if target[0] in commas else field
        problem = problem or value_problem(field, value, source, target)
    return problem


def difference(folder, table, data, output):
    """What is wrong with the data set of an import that succeeded; nothing when all is well."""
    notes = output.splitlines()
    try:
        expected = rows_of(data, notes)
    except (csv.Error, UnicodeError) as error:
        return f"taken, Python refuses the table: {error}"
    header = header_of(expected)
    rows, rejected = read_result(folder, table)
    lines = {line for line, _ in expected[1:]}
    invisible = {line for line, fields in expected[1:] if fields == [""]}
    if not lines - invisible <= {*rows, *rejected} <= lines or rejected & {*rows}:
        return f"lines {sorted({*rows, *rejected} ^ lines)} are lost, twice there, or no rows"
    commas = columns_with_commas(notes)
    for line, fields in expected[1:]:
        problem = row_problem(table, header, fields, rows[line], commas) if line in rows else None
        if problem:
            return f"line {line}: {problem}"
    return None


def unpacked(data):
    """The text of a gzip file; nothing of one that is damaged or cut off."""
    reader = zlib.decompressobj(wbits=31)
    try:
        text = reader.decompress(data)
    except zlib.error:
        return None
    return text if reader.eof else None


def check(program, folder, table, data, source="table.csv"):
    """(how it ended, what is wrong)."""
    Path(folder, source).write_bytes(data)
    write_stage(folder, table, source)
    code, output = run(program, folder)
    if code is None:
        return "hangs", f"still runs after {SECONDS} s"
    if code not in (0, 2):
        return f"exit code {code}", f"ends with exit code {code}: {output[-500:]!r}"
    if code == 2:
        return "refused", None if "epitaxy: " in output else f"refused without a message: {output!r}"
    text = unpacked(data) if source.endswith(".gz") else data
    return "imported", difference(folder, table, text, output) if text is not None else "taken, though its gzip file is damaged"
