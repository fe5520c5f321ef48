"""A table without a line."""

from pathlib import Path

from tests.corpus.making import small_set

command = "data check HERE/data"
refused = "labels.csv: lacks the column split"


def make(here: Path) -> None:
    table = small_set(here) / "labels.csv"
    table.write_bytes(b"")
