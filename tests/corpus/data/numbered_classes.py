"""Classes 0 to 11: 10 comes after 9."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "train/2: 3 photos ... train/9: 3 photos ... train/10: 3 photos ... train/11: 3 photos"


def make(here: Path) -> None:
    write_photos(here / "in", *(f"train/{n}/*" for n in range(12)))
