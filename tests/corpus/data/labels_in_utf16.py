"""A table in UTF-16."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "labels.csv: not UTF-8 text; save it as `CSV UTF-8`"


def make(here: Path) -> None:
    table = write_small_dataset(here) / "labels.csv"
    table.write_text(table.read_text("utf-8"), "utf-16")
