"""Photos and a folder of photos that are links, which are followed."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data import HERE/in --datasets HERE/sets --name taken --runs HERE/runs"
handled = "train/a: 3 photos ... train/b: 3 photos ... 4 links"


def make(here: Path) -> None:
    write_photos(here / "store", "a/*", "b/*")
    (here / "in" / "b").mkdir(parents=True)
    (here / "in" / "a").symlink_to(here / "store" / "a")
    for photo in (here / "store" / "b").iterdir():
        (here / "in" / "b" / photo.name).symlink_to(photo)
