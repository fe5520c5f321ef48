"""Classes called valid and invalid."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "train/invalid: 3 photos ... train/valid: 3 photos"


def make(here: Path) -> None:
    write_photos(here / "in", "valid/*", "invalid/*")
