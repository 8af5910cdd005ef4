"""The rows of a table by Python's csv with strict=True, and its numbers by Python's float."""
import csv
import io
import math
import re
import sys

WHITE = " \t\n\r\v\f\u00a0\u202f\u2007\u2009\u3000\ufeff\u200b\u2060"
MARKERS = ["", "-", "na", "n/a", "nan", "null", "none", "#n/a", "#na", "#n/a n/a", "<na>", "-nan", "1.#ind", "-1.#ind",
           "1.#qnan", "-1.#qnan"]
csv.field_size_limit(sys.maxsize)


def rows_of(data, notes):
    """[(line at which it starts, fields)], the header first; one empty field in place of what cannot be seen. `notes` of
    the program tell separator and encoding. Raises csv.Error and UnicodeDecodeError."""
    encoding = "cp1252" if any("Windows-1252" in note for note in notes) else "utf-8-sig"
    text = data.decode(encoding)
    separator = ";" if any("by ';'" in note for note in notes) else "\t" if any("by a tab" in note for note in notes) else ","
    declared = re.match("sep=[,;\t](\r\n|\r|\n)", text)
    skipped = 1 if declared else 0
    text = text[declared.end() if declared else 0:]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = []
    line = 1 + skipped
    for row in reader:
        # In front of the header a blank line is none; behind it `" "` and a blank line are alike here.
        blank_before = not rows and len(row) == 1 and row[0] and not row[0].strip(" \t")
        if row and not blank_before:
            rows.append((line, [field.strip(WHITE) for field in row]))
        line = reader.line_num + 1 + skipped
    return rows


def header_of(rows):
    return [name.replace("\u00a0", " ").replace("\u202f", " ") for name in rows[0][1]] if rows else []


def number_of(field):
    """A finite number, NaN for a missing value; nothing for what is neither."""
    if field.lower() in MARKERS:
        return math.nan
    if "_" in field or not field.isascii():
        return None
    try:
        number = float(field)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
