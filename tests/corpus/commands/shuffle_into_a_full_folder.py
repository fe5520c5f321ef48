"""Labels that are to be shuffled into a folder with something in it."""

from pathlib import Path

command = "data shuffle TINY --seed 1 --out HERE/mine"
refused = "mine: exists and is not an empty folder; choose another"


def make(here: Path) -> None:
    (here / "mine").mkdir()
    (here / "mine" / "letter.txt").write_text("precious")
