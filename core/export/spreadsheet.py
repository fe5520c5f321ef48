"""CSV that a spreadsheet opens without running anything that stands in it."""

import csv
import io

_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


def escape_formulas(table: str) -> str:
    """The text of a CSV file, with an apostrophe before each text that a spreadsheet would take for
    a formula (OWASP's advice against CSV injection); numbers stay, and so does all the rest. The
    files of a run folder are for programs and hold every text as it is."""
    rows = list(csv.reader(io.StringIO(table, newline="")))
    if not any(map(_is_formula, (cell for row in rows for cell in row))):
        return table
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([f"'{cell}" if _is_formula(cell) else cell for cell in row] for row in rows)
    return out.getvalue()


def _is_formula(cell: str) -> bool:
    if not cell.startswith(_FORMULA_PREFIXES):
        return False
    try:
        float(cell)
    except ValueError:
        return True
    return False
