"""Random formulas as people write them, and mutations of them."""
from formula_reference import SYMBOLS

COMMON = ["H", "C", "N", "O", "F", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "K", "Ca", "Ti", "Cr", "Mn", "Fe", "Co", "Ni", "Cu",
          "Zn", "Ga", "As", "Sr", "In", "No", "Nb", "Pb", "U"]
RARE = sorted(SYMBOLS - {"D", "T"})
STRANGE = ["D", "T", "Xx", "J", "fe", "FE", "Vac", "X", "Hx", "nO", "Uue"]
ADDUCTS = ["H2O", "(H2O)", "NH3", "SiO2", "HCl", "CO2", "C2H5OH", "H2SO4", "NaCl", "2", "D2O"]
WORDS = ["NaN", "None", "NA", "InF", "INF", "inf", "NoNe", "", "0", "123", "N/A", "CO", "Co", "CN", "Cn", "HF", "Hf"]
PIECES = ["(", ")", "[", "]", "{", "}", ".", "..", "\u00b7", "*", "\u2022", " ", "\u00a0", "0", "1", "2", "10", "0.5", ".5", "e", "E", "-", "+",
          "^", "\u2082", "\u2080", "\u00b2", ",", "x", "H2O", ".5H2O", "O", "Fe", "a", "D", "@", "/", "\t", "'", "1e-3", "2+", "\u2212", "_", "Zz"]


def count(rng):
    kind = rng.random()
    if kind < 0.35:
        return ""
    if kind < 0.8:
        return str(rng.choice([1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 12, 24, 30, 136]))
    if kind < 0.97:
        return rng.choice([f"{rng.random():.{rng.randint(1, 4)}f}", f"{rng.randint(1, 12)}.{rng.randint(1, 99)}", "0.5", "1.0", "2.50"])
    return rng.choice(["0", "00", "0.0", "1e3", "1000000", "1000001", "007", ".5", "5.", "1,5", "x", "1.2.3"])


def element(rng):
    kind = rng.random()
    return rng.choice(COMMON if kind < 0.8 else RARE if kind < 0.995 else STRANGE)


def unit(rng, depth=0):
    text = ""
    for _ in range(rng.choice([1, 2, 2, 3, 3, 4, 5])):
        if depth < 4 and rng.random() < 0.15:
            brackets = rng.choice(["()", "()", "[]", "{}"])
            text += brackets[0] + unit(rng, depth + 1) + brackets[1] + count(rng)
        else:
            text += element(rng) + count(rng)
    return text


def formula(rng):
    kind = rng.random()
    if kind < 0.02:
        return rng.choice(WORDS)
    text = unit(rng)
    if kind < 0.25:
        for _ in range(rng.choice([1, 1, 1, 2])):
            text += rng.choice(["\u00b7", "*", ".", ".", ".", "\u2022", " . ", " "]) + rng.choice(["", "2", "5", "6", "0.5", "1.5", "10"])
            text += rng.choice(["H2O", "H2O", "H2O", *ADDUCTS])
    elif kind < 0.28:
        text = rng.choice(["2", "3", "0.5", "1"]) + text
    elif kind < 0.3:
        text += rng.choice(["+", "-", "2+", "^2-", "(2+)", "-2", "\u207b", "(s)", "(aq)", "-x", "\u00b1"])
    elif kind < 0.34:
        text = "".join(chr(0x2080 + int(c)) if c.isdigit() and rng.random() < 0.9 else c for c in text)
    return text


def mutated(rng, text):
    """Some characters inserted, removed, exchanged, doubled."""
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        place = rng.randrange(len(text) + 1)
        kind = rng.randrange(7)
        if kind < 3:
            text = text[:place] + rng.choice(PIECES) + text[place:]
        elif kind == 3:
            text = text[:place] + text[place + 1:]
        elif kind == 4:
            text = text[:place] + rng.choice(PIECES) + text[place + 1:]
        elif kind == 5:
            text = text[:place] + text[place:place + 1].swapcase() + text[place + 1:]
        else:
            other = rng.randrange(len(text) + 1)
            first, last = sorted([place, other])
            text = text[:last] + text[first:last] + text[last:]
    return text.replace("\n", "")
