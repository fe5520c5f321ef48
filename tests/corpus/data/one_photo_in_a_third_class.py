"""A class with one photo, beside two that can train."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data import HERE/in --datasets HERE/sets --name taken --runs HERE/runs"
handled = (
    "train/a: 3 photos ... train/b: 3 photos ... odd/1.jpg: class odd is left out: it has 1 photo"
)


def make(here: Path) -> None:
    write_photos(here / "in", "a/*", "b/*", "odd/1.jpg")
