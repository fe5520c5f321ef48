"""training_set/training_set/ and test_set/test_set/, as Kaggle packs them."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "train/cats: 3 photos ... test_set: 6 photos, 6 labelled"


def make(here: Path) -> None:
    write_photos(
        here / "in",
        "training_set/training_set/cats/*",
        "training_set/training_set/dogs/*",
        "test_set/test_set/cats/*",
        "test_set/test_set/dogs/*",
    )
