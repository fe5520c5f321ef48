"""A zip within the zip, which is named with what it holds."""

from pathlib import Path

from tests.corpus.builders import write_photos, zip_photos

command = "data import HERE/in.zip --datasets HERE/sets --name taken --runs HERE/runs"
handled = "more.zip: a zip file with 3 photos (judging by names); unpack it first"


def make(here: Path) -> None:
    write_photos(here / "in", "c/*")
    zip_photos(here)
    (here / "in" / "more.zip").write_bytes((here / "in.zip").read_bytes())
    write_photos(here / "in", "a/*", "b/*")
    zip_photos(here)
