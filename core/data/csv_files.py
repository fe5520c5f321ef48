"""Reads small CSV files written by people and by spreadsheets."""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from core.base.errors import DataError
from core.base.language import N_

MAX_BYTES = 20_000_000  # of a table: labels of a hundred thousand photos


def table_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """A table as CSV; other columns of the rows are left out."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def line_location(path: Path, line: int) -> str:
    """Where something is wrong in a table."""
    return N_("{path} line {line}").format(path=path, line=line)


def delimiter(text: str) -> str:
    """What separates the columns, by the first line: a comma, unless it has more semicolons (as
    spreadsheets write where the comma is decimal) or tabs."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def has_columns(data: bytes, columns: Collection[str]) -> bool:
    """Whether the first line of a table names all of them."""
    first = data.partition(b"\n")[0].decode("utf-8-sig", "replace")
    return {*columns} <= {cell.strip() for cell in first.split(delimiter(first))}


def read_rows(
    path: Path, columns: Sequence[str], optional: bool = False, all_columns: bool = False
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of `parse_rows` of a UTF-8 file. One that is `optional` and not there has none."""
    if not optional or path.is_file():
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
        yield from parse_rows(path, data, columns, all_columns)


def parse_rows(
    path: Path | str, data: bytes | None, columns: Sequence[str], all_columns: bool = False
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and row of a table whose first line names at least these columns; without spaces
    at the ends of a field. Lines of commas alone, as spreadsheets leave them, are passed over.
    data: None of a file that is too large. `all_columns`: with every column that has a name.

    Raises DataError: one line that names the file and line, and what to change."""
    if data is None or len(data) > MAX_BYTES:
        large = N_("larger than {size:.0f} MB; not a table of photos", size=MAX_BYTES / 1e6)
        raise DataError(f"{path}: {large}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(N_("{path}: not UTF-8 text; save it as `CSV UTF-8`", path=path)) from None
    reader = csv.DictReader(io.StringIO(text), strict=True, delimiter=delimiter(text))
    try:
        found = reader.fieldnames or ()
        missing = [name for name in columns if name not in found]
        if missing:
            told = N_(
                "{path}: column {column} is missing; the first line must be {columns}, "
                "separated by commas"
            )
            raise DataError(told.format(path=path, column=missing[0], columns=",".join(columns)))
        if all_columns:
            columns = [name for name in found if name]
        for row in reader:
            if not any(row.values()):
                continue
            if any(row[name] is None for name in columns):
                raise DataError(
                    N_("{path} line {line}: too few columns", path=path, line=reader.line_num)
                )
            yield reader.line_num, {name: row[name].strip() for name in columns}
    except csv.Error as error:
        line = reader.reader.line_num  # the DictReader's own count stops before the bad line
        told = N_("{path} line {line}: invalid CSV ({error})")
        raise DataError(told.format(path=path, line=line, error=error)) from None
