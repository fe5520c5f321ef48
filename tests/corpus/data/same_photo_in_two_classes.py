"""The same photo in two classes: a contradiction, which is told as that."""

import shutil
from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "warning: train/b/copy.jpg (b) is the same photo as train/a/0.jpg (a); one of the labels"


def make(here: Path) -> None:
    write_photos(here / "in", "train/a/*", "train/b/*")
    shutil.copy(here / "in" / "train" / "a" / "0.jpg", here / "in" / "train" / "b" / "copy.jpg")
