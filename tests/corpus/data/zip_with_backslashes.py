"""A zip packed on Windows, with backslashes between folders."""

from pathlib import Path

from tests.corpus.builders import write_photos, zip_photos

command = "data import HERE/in.zip --datasets HERE/sets --name taken --runs HERE/runs"
handled = "train/a: 3 photos ... train/b: 3 photos ... test: 3 photos, from p/test/ (3 labelled"


def make(here: Path) -> None:
    write_photos(here / "in", "p/train/a/*", "p/train/b/*", "p/test/a/*")
    zip_photos(here, lambda name: name.replace("/", "\\"))
