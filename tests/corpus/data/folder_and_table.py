"""A folder of photos and a table of their labels."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "train/ant: 3 photos ... train/bee: 3 photos ... read: table: labels.csv"


def make(here: Path) -> None:
    write_photos(here / "in", "images/a*", "images/b*")
    rows = [f"{c}{n}.jpg,{name}" for c, name in (("a", "ant"), ("b", "bee")) for n in range(3)]
    (here / "in" / "labels.csv").write_text("\n".join(["filename,label", *rows]))
