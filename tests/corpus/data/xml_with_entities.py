"""An XML whose entities would grow to gigabytes: it is not read, and named."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data import HERE/in --datasets HERE/sets --name taken --runs HERE/runs"
handled = "train/a: 3 photos ... a/bomb.xml: cannot be read as annotations (has a document type"


def make(here: Path) -> None:
    write_photos(here / "in", "a/*", "b/*")
    bomb = '<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><annotation>&y;</annotation>'
    (here / "in" / "a" / "bomb.xml").write_text(bomb)
