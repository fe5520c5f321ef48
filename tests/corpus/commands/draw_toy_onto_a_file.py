"""A toy set that is to be drawn where a file is."""

from pathlib import Path

command = "data draw-toy --seed 1 --out HERE/mine"
refused = "mine exists and is not an empty folder; choose another"


def make(here: Path) -> None:
    (here / "mine").write_text("precious")
