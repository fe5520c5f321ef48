"""Classes Grade A, Grade A+ and Grade B."""

from pathlib import Path

from core.data.dataset import read_dataset
from tests.corpus.builders import write_photos

command = "data import HERE/in --datasets HERE/sets --name taken --runs HERE/runs"
handled = "train/Grade_A: 3 photos ... train/Grade A+ is saved in the folder train/Grade_A_2"


def make(here: Path) -> None:
    write_photos(
        here / "in",
        "train/Grade A/*",
        "train/Grade A+/*",
        "train/Grade B/*",
        "test/Grade A/*",
        "test/Grade A+/*",
        "test/Grade B/*",
    )


def check(here: Path) -> None:
    taken = read_dataset(here / "sets" / "taken")
    assert taken.classes == ("Grade A", "Grade A+", "Grade B")
    names = {label.primary for label in taken.test_sets[0].labels.values()}
    assert names == set(taken.classes)
