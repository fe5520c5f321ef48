"""A class called train beside bus and car."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "train/bus: 3 photos ... train/car: 3 photos ... train/train: 3 photos"


def make(here: Path) -> None:
    write_photos(here / "in", "bus/*", "car/*", "train/*")
