"""Folders of classes beside docs/ with a screenshot."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data import HERE/in --datasets HERE/sets --name taken --runs HERE/runs"
handled = "train/a: 3 photos ... train/b: 3 photos ... docs/screen.jpg: is next to the classes"


def make(here: Path) -> None:
    write_photos(here / "in", "dataset/a/*", "dataset/b/*", "docs/screen.jpg", "results/loss.jpg")
