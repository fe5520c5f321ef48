"""A table without a line."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "labels.csv: column split is missing"


def make(here: Path) -> None:
    table = write_small_dataset(here) / "labels.csv"
    table.write_bytes(b"")
