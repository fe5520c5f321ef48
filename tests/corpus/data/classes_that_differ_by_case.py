"""Classes Cat, cat and dog, in test/ too."""

from pathlib import Path

from core.data.dataset import read_dataset
from tests.corpus.builders import write_photos

command = "data import HERE/in --datasets HERE/sets --name taken --runs HERE/runs"
handled = (
    "train/Cat: 3 photos ... train/cat_2: 3 photos ... train/cat is saved in the folder train/cat_2"
)


def make(here: Path) -> None:
    write_photos(
        here / "in",
        "train/Cat/*",
        "train/cat/*",
        "train/dog/*",
        "test/Cat/*",
        "test/cat/*",
        "test/dog/*",
    )


def check(here: Path) -> None:
    taken = read_dataset(here / "sets" / "taken")
    assert taken.classes == ("Cat", "cat", "dog")
    labels = [label.primary for label in taken.test_sets[0].labels.values()]
    assert [labels.count(name) for name in taken.classes] == [3, 3, 3]
