"""Checkpoints, dot files and Thumbs.db, which need no word."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data import HERE/in --datasets HERE/sets --name taken --runs HERE/runs"
handled = "train/a: 3 photos ... train/b: 3 photos"


def make(here: Path) -> None:
    write_photos(here / "in", "a/*", "b/*", "a/.ipynb_checkpoints/*", "b/._0.jpg")
    for name in ("Thumbs.db", ".DS_Store"):
        (here / "in" / "a" / name).write_bytes(b"x")


def check(here: Path) -> None:
    assert "excluded" not in (here / "sets" / "taken" / "import.txt").read_text("utf-8")
