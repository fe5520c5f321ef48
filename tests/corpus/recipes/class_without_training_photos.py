"""A split that leaves a small class nothing to train on."""

from pathlib import Path

from tests.factory import write_dataset

command = "train HERE/recipe.yaml --data HERE/data --runs HERE/runs"
recipe = "split: {method: holdout, validation: 0.85}"
refused = (
    "split.validation: 0.85 leaves no photo of class red for training; lower it, or add photos"
)


def make(here: Path) -> None:
    write_dataset(here / "data", photos=12)
    for photo in sorted((here / "data" / "train" / "red").iterdir())[2:]:
        photo.unlink()
