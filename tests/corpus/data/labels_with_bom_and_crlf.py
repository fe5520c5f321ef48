"""A byte-order mark and Windows line ends."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
handled = "test: 3 photos, 3 labelled ... sound"


def make(here: Path) -> None:
    table = write_small_dataset(here) / "labels.csv"
    table.write_text(table.read_text("utf-8").replace("\n", "\r\n"), "utf-8-sig", newline="")
