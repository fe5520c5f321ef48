"""A sound set with train.csv, zipped; its other columns stay."""

from pathlib import Path

from core.data.dataset import read_dataset
from tests.corpus.builders import write_photos, zip_photos

command = "data import HERE/in.zip --datasets HERE/sets --name taken --runs HERE/runs"
handled = "train/ant: 3 photos ... train/bee: 3 photos"


def make(here: Path) -> None:
    write_photos(here / "in", "train/a*", "train/b*")
    rows = [f"{c}{n}.jpg,{name},{n}" for c, name in (("a", "ant"), ("b", "bee")) for n in range(3)]
    (here / "in" / "train.csv").write_text("\n".join(["fnames,target,fold", *rows]))
    zip_photos(here)


def check(here: Path) -> None:
    assert read_dataset(here / "sets" / "taken").train_columns == {"fold": ("0", "1", "2") * 2}
