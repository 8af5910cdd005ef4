"""What a formula holds, by pymatgen's Composition; what is stated to differ, with the reason."""
import re
from functools import lru_cache

from pymatgen.core import Composition, Element

JOINS = "*\u00b7\u2022\u22c5"
SUBSCRIPTS = str.maketrans("\u2080\u2081\u2082\u2083\u2084\u2085\u2086\u2087\u2088\u2089", "0123456789")
WATER = re.compile(r"(\d+(\.\d+)?)?(H2O|\(H2O\))(?![\dA-Za-z(])")
SYMBOLS = {element.symbol for element in Element}
WORDS = {"nan", "NaN", "NAN", "none", "None", "NONE", "null", "Null", "NULL", "NA", "N/A", "n/a", "inf", "Inf", "INF",
         "infinity", "Infinity", "INFINITY"}

# What the program refuses and pymatgen reads: name, pattern of the text, reason.
REFUSED = [
    ("words", "|".join(f"^{re.escape(word)}$" for word in WORDS), "missing values and infinities of tables"),
    ("isotopes", r"[DT](?![a-z])", "D and T are told from H by nobody here, so they are not silently H"),
    ("blanks", r"\s", "a formula is one word: two of them may be two substances"),
    ("signs", r"[-@]", "pymatgen takes '-2' for an amount, and drops '@'"),
    ("exponents", r"\d[eE]\d", "1e3 may also be a count and a mistyped symbol"),
    ("zeros", r"(?<![\d.])0+(\.0+)?(?!\d|\.\d)|(?<![\d.])0+\.0+\.", "an element that is not there has no place in a formula"),
    ("half numbers", r"\.(?!\d)|(?<!\d)\.", "of '.5' and '5.' the dot may join or be a decimal point"),
]
# MgCl2.6NH3 may hold Cl2.6: two elements or more on both sides of a dot, and behind it what could be a number of substances.
# Round numbers may be shares of a mixture, and all numbers of one that begins with a number (80TeO2.20ZnO).
TWO_READINGS = re.compile(
    r"[A-Z][^.A-Z]*[A-Z][^.]*\d\.([2-9]|1\d|2[0-4]|[1-9]\d*0)[(\[{]*[A-Z][^.A-Z]*[A-Z]"
    r"|^\d+[(\[{]*[A-Z].*\d\.[1-9]\d*[(\[{]*[A-Z][^.A-Z]*[A-Z]"
    r"|\d\.[1-9]\d*(H2|N2|O2|F2|Cl2|Br2|I2|S8|P4|C60|He|Ne|Ar|Kr|Xe|H20)(?![A-Za-z\d])")
# In Na0.3CoO2.1.3H2O the oxygen may have 2.1, after other decimal counts.
DECIMAL_WATERS = re.compile(r"\d\.\d.*(?<![\d.])\d*[1-9]\d*\.[1-9]\d*\.\d+\(?H2O")
# Of a count and of all of them.
MOST = 1e6


class Refused(Exception):
    """The text is no formula."""


def closing_place(text, begin):
    """Of the bracket that is open before `begin`; it has to be of its kind."""
    depth = 0
    for place in range(begin, len(text)):
        depth += 1 if text[place] in "([{" else -1 if text[place] in ")]}" else 0
        if depth < 0:
            if "([{".index(text[begin - 1]) != ")]}".index(text[place]):
                raise Refused("brackets of two kinds")
            return place
    raise Refused("an open bracket")


def join_length(text, place):
    """Does the sign at a place join two substances? The program's rule for dots, see chem/formula.h."""
    if text[place] in JOINS:
        return 1
    after = text[place + 1:]
    if text[place] != "." or not after:
        return 0
    if after[0].isupper() or after[0] in "([{":
        return 1
    count = re.search(r"(\d*)$", text[:place])[1]
    waters = WATER.match(after) is not None
    # The count before the dot is itself behind a decimal point (or only a zero): then this dot is not at its end.
    decimal = re.search(r"\d\.\d*$", text[:place]) is not None
    return 1 if waters and (not count or decimal or count.strip("0")) else 0


def number_length(text, place):
    number = re.match(r"\d+(\.\d+)?", text[place:])
    return number.end() if number else 0


def parts_of(text):
    """The substances that are joined, in the brackets of pymatgen."""
    parts, part = [], ""
    place, coefficient_end = 0, number_length(text, 0)
    while place < len(text):
        if text[place] in "([{":
            end = closing_place(text, place + 1)
            part += f"({spelled(text[place + 1:end])})"
            place = end + 1
        elif place >= coefficient_end and join_length(text, place):
            parts.append(part)
            part = ""
            place += 1
            coefficient_end = place + number_length(text, place)
        else:
            part += text[place]
            place += 1
    return [*parts, part]


def spelled(text):
    """As pymatgen reads it, which knows no coefficients and signs that join: `CuSO4.5H2O` is `(CuSO4)(H2O)5`."""
    pieces = []
    for part in parts_of(text):
        end = number_length(part, 0)
        if end == len(part):
            raise Refused("no element in a part")
        pieces.append((part[end:], part[:end]))
    if len(pieces) == 1 and not pieces[0][1]:
        return pieces[0][0]
    return "".join(f"({formula}){count}" for formula, count in pieces)


@lru_cache(maxsize=100000)
def atoms(text):
    """{symbol: amount}. Raises Refused."""
    try:
        plain = spelled(text.translate(SUBSCRIPTS))
        found = Composition(plain).get_el_amt_dict()
    except (ValueError, KeyError, TypeError, IndexError, OverflowError) as error:
        raise Refused(str(error)) from error
    if not found or not set(found) <= SYMBOLS:
        raise Refused(f"not elements: {found}")
    return found


def has_two_readings(plain):
    """On any level of the brackets; a decimal count inside of some says nothing of the dots outside."""
    inner = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
    while not TWO_READINGS.search(plain):
        if any(TWO_READINGS.search(match[1]) for match in inner.finditer(plain)):
            return True
        plain, number = inner.subn("XX", plain)
        if number == 0:
            return False
    return True


def may_be_refused(text):
    """The name of the stated difference for which the program may refuse what pymatgen reads; nothing without one."""
    plain = spelled(text.translate(SUBSCRIPTS))
    for name, pattern, _ in REFUSED:
        if re.search(pattern, plain):
            return name
    if has_two_readings(plain) or DECIMAL_WATERS.search(text.translate(SUBSCRIPTS)):
        return "two readings"
    counts = [float(count) for count in re.findall(r"\d+(?:\.\d+)?", plain)]
    return "large" if max([*counts, sum(atoms(text).values())]) > MOST else None
