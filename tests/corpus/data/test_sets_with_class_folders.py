"""train/, valid/ and test/ with folders of classes, in place."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "test: 6 photos, 6 labelled ... valid: 6 photos, 6 labelled"


def make(here: Path) -> None:
    write_photos(
        here / "in", "train/a/*", "train/b/*", "valid/a/*", "valid/b/*", "test/a/*", "test/b/*"
    )
