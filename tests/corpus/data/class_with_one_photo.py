"""A class with one photo."""

from pathlib import Path

from tests.corpus.making import small_set

command = "data check HERE/data"
refused = "train: class red has one photo; it needs at least two"


def make(here: Path) -> None:
    for photo in sorted((small_set(here) / "train" / "red").iterdir())[1:]:
        photo.unlink()
