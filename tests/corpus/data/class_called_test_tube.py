"""A class called test_tube beside beaker and flask."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "train/beaker: 3 photos ... train/flask: 3 photos ... train/test_tube: 3 photos"


def make(here: Path) -> None:
    write_photos(here / "in", "beaker/*", "flask/*", "test_tube/*")
