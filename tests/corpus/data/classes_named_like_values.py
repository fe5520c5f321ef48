"""Classes None, NaN, NA, True, 001, 1e5 and null."""

from pathlib import Path

from core.data.dataset import read_dataset
from tests.corpus.builders import write_photos

command = "data import HERE/in --datasets HERE/sets --name taken --runs HERE/runs"
handled = "train/001: 3 photos"

NAMES = ("None", "NaN", "NA", "True", "001", "1e5", "null")


def make(here: Path) -> None:
    write_photos(here / "in", *(f"{s}/{c}/*" for s in ("train", "test") for c in NAMES))


def check(here: Path) -> None:
    taken = read_dataset(here / "sets" / "taken")
    assert set(taken.classes) == set(NAMES)
    assert {label.primary for label in taken.test_sets[0].labels.values()} == set(NAMES)
