"""Names and notes that are scripts, links and formulas: shown as they are."""

from pathlib import Path

from tests.factory_hostile import hostile_dataset

command = "data check HERE/data"
handled = "test_<img src=x onerror=pwned()>"


def make(here: Path) -> None:
    hostile_dataset(here / "data")
