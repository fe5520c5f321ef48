"""Classes whose names part after their first sixty letters."""

from pathlib import Path

from core.data.dataset import read_dataset
from tests.corpus.builders import write_photos

command = "data import HERE/in --datasets HERE/sets --name taken --runs HERE/runs"
handled = "3 photos"


def make(here: Path) -> None:
    write_photos(here / "in", *(f"{'x' * 70}{end}/*" for end in "ab"))


def check(here: Path) -> None:
    taken = read_dataset(here / "sets" / "taken")
    assert taken.classes == ("x" * 70 + "a", "x" * 70 + "b")
