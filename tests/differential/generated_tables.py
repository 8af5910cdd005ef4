"""Tables of random rows: formulas, SMILES and numbers as people write them, and mutations of them."""
import csv
import io
import random

import formula_generator
import table_mutator
from program_import import Table

ROWS = 300


def number(rng):
    if rng.random() < 0.1:
        return rng.choice(table_mutator.FIELDS)
    value = rng.choice([rng.gauss(0, 1), rng.gauss(0, 1000), rng.randrange(1000), 10 ** rng.uniform(-12, 12)])
    return rng.choice(["{}", "{:.3f}", "{:.3g}", "{:+.2f}", "{:e}", "{:g}", " {} ", "{:.17g}"]).format(value)


def lines_of(rng, rows):
    """Each row as a line, some of its fields in quotes."""
    lines = []
    for row in rows:
        text = io.StringIO(newline="")
        quoting = csv.QUOTE_ALL if rng.random() < 0.2 else csv.QUOTE_MINIMAL
        csv.writer(text, lineterminator="", quoting=quoting).writerow(row)
        lines.append(text.getvalue().encode())
    return lines


def of_formulas(rng):
    texts = [formula_generator.formula(rng) for _ in range(ROWS)]
    texts = [formula_generator.mutated(rng, text) if rng.random() < 0.3 else text for text in texts]
    table = Table("generated formulas", "compositions", [("energy", "kJ/mol", "eV/atom"), ("gap", "eV", "eV")], b"formula,energy,gap,note")
    table.rows = lines_of(rng, [(text, number(rng), number(rng), rng.choice(table_mutator.FIELDS)) for text in texts])
    return table


def of_molecules(rng, smiles):
    """Mutations of some SMILES."""
    texts = [rng.choice(smiles) for _ in range(ROWS)]
    texts = [table_mutator.mutated_smiles(rng, text) if rng.random() < 0.7 else text for text in texts]
    table = Table("generated molecules", "molecules", [("gap", "eV", "eV")], b"name,smiles,gap")
    table.rows = lines_of(rng, [(rng.choice(table_mutator.FIELDS), text, number(rng)) for text in texts])
    return table


def generated(seed, tables):
    """`tables` have the SMILES to start from, in the column of that name."""
    rng = random.Random(f"{seed}:tables")
    smiles = [row.split(b",")[table.header.split(b",").index(b"smiles")].decode()
              for table in tables if table.kind == "molecules" for row in table.rows]
    return [of_formulas(rng), of_molecules(rng, smiles)]
