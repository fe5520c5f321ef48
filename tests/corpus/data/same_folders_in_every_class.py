"""Folders that hold the same folders: two readings."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data import HERE/in --datasets HERE/sets --name taken --runs HERE/runs"
refused = (
    "choose between two readings: the classes are day1, day2 (--folder '*=class') or the "
    "classes are cats, dogs, inside day1, day2 (--folder '*=train')"
)


def make(here: Path) -> None:
    write_photos(here / "in", "day1/cats/*", "day1/dogs/*", "day2/cats/*", "day2/dogs/*")
