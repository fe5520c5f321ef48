"""A folder that is handed in, with nothing in it."""

from pathlib import Path

command = "runs import HERE/class --runs HERE/runs --datasets HERE"
refused = "class: holds no zip file"


def make(here: Path) -> None:
    (here / "class").mkdir()
