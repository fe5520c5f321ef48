"""A toy set that is to be drawn into a folder with something in it."""

from pathlib import Path

command = "data draw-toy --seed 1 --out HERE/mine"
refused = "mine exists and is not an empty folder; choose another"


def make(here: Path) -> None:
    (here / "mine").mkdir()
    (here / "mine" / "letter.txt").write_text("precious")
