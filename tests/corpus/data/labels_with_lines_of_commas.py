"""Lines of commas alone, as spreadsheets leave them."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
handled = "test: 3 photos, 3 labelled ... sound"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "labels.csv", ",,,\n,,,")
