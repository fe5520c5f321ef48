"""test/ has a class that train/ lacks."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "test: 9 photos, 9 labelled ... test: 3 photos of c are labelled as none of the classes"


def make(here: Path) -> None:
    write_photos(here / "in", "train/a/*", "train/b/*", "test/a/*", "test/b/*", "test/c/*")
