"""A damaged data set beside a sound one."""

import shutil
from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data list HERE"
handled = "damaged: cannot be used: ... dataset.yaml ... data: 12 training photos"


def make(here: Path) -> None:
    damaged = shutil.copytree(write_small_dataset(here), here / "damaged")
    (damaged / "dataset.yaml").write_text("title: [red", "utf-8")
