"""Lines of commas alone, as spreadsheets leave them."""

from pathlib import Path

from tests.corpus.making import add_line, small_set

command = "data check HERE/data"
handled = "test: 3 photos, 3 labelled ... sound"


def make(here: Path) -> None:
    add_line(small_set(here) / "labels.csv", ",,,\n,,,")
