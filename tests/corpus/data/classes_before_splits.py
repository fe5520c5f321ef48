"""Classes that each hold train/ and test/."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "train/cats: 3 photos ... train/dogs: 3 photos ... test: 6 photos, 6 labelled"


def make(here: Path) -> None:
    write_photos(here / "in", "cats/train/*", "cats/test/*", "dogs/train/*", "dogs/test/*")
