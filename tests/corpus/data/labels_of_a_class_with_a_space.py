"""A class with a space in its name, in its folder and in labels.csv."""

from pathlib import Path

from core.data.dataset import read_dataset
from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "train/Japanese Cherry: 3 photos ... test: 3 photos, 3 labelled"


def make(here: Path) -> None:
    write_photos(here / "in", "train/Japanese Cherry/*", "train/Hemlock/*", "test/*")
    rows = [f"test,{n}.jpg,Japanese Cherry,Hemlock Japanese Cherry" for n in range(3)]
    (here / "in" / "labels.csv").write_text("\n".join(["split,file,primary,present", *rows]))


def check(here: Path) -> None:
    (test,) = read_dataset(here / "in").test_sets
    assert {label.present for label in test.labels.values()} == {("Hemlock", "Japanese Cherry")}
