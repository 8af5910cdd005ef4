"""Mutations of a table: of its bytes, fields, columns, lines, and of how it is written."""
import formula_generator

BYTES = [b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"\r\n", b" ", b"\0", b"\xc2\xa0", b"\xe9", b"\xff", b"\xc3\xa9", b"x", b"1", b"-",
         b".", b"e", b"'", b"\\", b"\n\n", b"\xef\xbb\xbf", b"(", b")", b"[", b"]", b"#", b"=", b"@", b"%", b"\xe2\x82\x82", b"_"]
FIELDS = ["", " ", "NaN", "nan", "NA", "-", "None", "null", "inf", "-inf", "1e400", "1e-400", "1_000", "1,5", "0,65", "1.234,5", "1 000",
          "5\u00a0000", ">10", "<0.1", "~3", "1.2 +- 0.1", "5-10", "2e17", "-999", "0x10", "1e5", "+1.5", "--1", "1.5 eV", "\u22121.5", "\u0661",
          "TRUE", "=1+1", "12\"", "\"12\"", "\"a, b\"", "a\nb", "Fe2O3", "MgCl2.6NH3", "CuSO4.5H2O", "Fe\u2082O\u2083", "Na+", "D2O", "He",
          "CCO", "C1CC", "c1ccccc1", "[13CH4]", "[CH3:1][OH:2]", "*CC*", "[*:1]CC[*:2]", "F/C=C/F", "C[C@H](N)O", "C.C", "C(C)(C)(C)(C)C",
          "C C", "CC |c|", "[Fe]", "[CH2]C", "N" * 500]
SMILES = ["(", ")", "[", "]", "=", "#", "1", "2", "%10", "%(100)", "/", "\\", "@", "@@", "+", "-", ".", "*", ":", "c", "n", "o", "C", "N", "O",
          "Cl", "[nH]", "[O-]", "[N+]", "[13C]", "[2H]", "[C@H]", "[C@@]", "[CH3:1]", "[*:1]", "[CH2]", "$", "~", ">", "|", "&", "[Fe+2]", "l"]
ENDS = [b"\r\n", b"\r", b"\n\n", b"\n\r"]


def of_bytes(rng, data):
    place = rng.randrange(len(data) + 1)
    other = min(len(data), place + rng.choice([1, 1, 2, 8, 50]))
    kind = rng.randrange(7)
    if kind < 2:
        return data[:place] + rng.choice(BYTES) + data[place:]
    if kind == 2:
        return data[:place] + data[other:]
    if kind == 3:
        return data[:place] + rng.choice(BYTES) + data[place + 1:]
    if kind == 4:
        return data[:place] + bytes([rng.randrange(256)]) + data[place + 1:]
    if kind == 5:
        return data[:place] + data[place:other] + data[place:]
    return data[:place] if rng.random() < 0.5 else data[place:]


def of_lines(rng, data):
    lines = data.split(b"\n")
    first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(7)
    if kind == 0:
        del lines[first]
    elif kind == 1:
        lines.insert(second, lines[first])
    elif kind == 2:
        lines[first], lines[second] = lines[second], lines[first]
    elif kind == 3:
        lines.insert(first, rng.choice([b"", b"  ", b"\t", b",,,", b"# comment", b"sep=;", b"total,12", b'"']))
    elif kind == 4:
        lines[first:first + 2] = [b"".join(lines[first:first + 2])]
    elif kind == 5:
        lines.insert(second, lines[0])
    else:
        lines = lines[:1] + lines[first:]
    return b"\n".join(lines)


def mutated_smiles(rng, text):
    """Some tokens inserted, removed, exchanged."""
    for _ in range(rng.choice([1, 1, 2, 3])):
        place = rng.randrange(len(text) + 1)
        text = text[:place] + rng.choice([*SMILES, ""]) + text[place + rng.choice([0, 0, 1, 1, 3]):]
    return text


def mutated_field(rng, field):
    if rng.random() < 0.5:
        return rng.choice(FIELDS).encode()
    change = rng.choice([formula_generator.mutated, mutated_smiles])
    return change(rng, field.decode(errors="replace")).encode()


def of_fields(rng, data):
    lines = data.split(b"\n")
    row = rng.randrange(len(lines))
    fields = lines[row].split(b",")
    first, second = rng.randrange(len(fields)), rng.randrange(len(fields))
    kind = rng.randrange(8)
    if kind < 5:
        fields[first] = mutated_field(rng, fields[first])
    elif kind == 5:
        fields[first], fields[second] = fields[second], fields[first]
    elif kind == 6:
        del fields[first]
    else:
        fields.insert(first, fields[second])
    lines[row] = b",".join(fields)
    return b"\n".join(lines)


def of_columns(rng, data):
    """Of all rows, or of all but the header."""
    rows = [line.split(b",") for line in data.split(b"\n")]
    width = len(rows[0])
    first, second = rng.randrange(width), rng.randrange(width)
    kind = rng.randrange(4)
    for fields in rows[rng.randrange(2):]:
        if len(fields) != width:
            continue
        if kind == 0:
            fields[first], fields[second] = fields[second], fields[first]
        elif kind == 1:
            fields.insert(second, fields[first])
        elif kind == 2:
            del fields[first]
        else:
            fields[first] = b""
    return b"\n".join(b",".join(fields) for fields in rows)


def of_writing(rng, data):
    kind = rng.randrange(8)
    if kind == 0:
        return data.replace(b"\n", rng.choice(ENDS))
    if kind == 1:
        return b"".join(line + rng.choice([b"\n", b"\n", *ENDS]) for line in data.split(b"\n"))
    if kind == 2:
        return b"\xef\xbb\xbf" * rng.choice([1, 1, 2]) + data
    if kind == 3:
        encoding = rng.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1"])
        return data.decode("latin-1").encode(encoding, errors="replace")
    if kind == 4:
        separator = rng.choice([b";", b"\t", b"|"])
        return (data.replace(b".", b",") if rng.random() < 0.3 else data).replace(b"," if b";" not in data else b";", separator)
    if kind == 5:
        return b"\n".join(b'"' + line.replace(b",", b'","') + b'"' if line else line for line in data.split(b"\n"))
    if kind == 6:
        return b"\n".join(line + rng.choice([b"", b"", b",", b" ", b"\xc2\xa0"]) for line in data.split(b"\n"))
    return b"sep=" + rng.choice([b",", b";", b"\t", b"|"]) + b"\n" + data


def mutated(rng, data):
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        data = rng.choice([of_bytes, of_bytes, of_lines, of_fields, of_fields, of_columns, of_writing])(rng, data)
    return data
