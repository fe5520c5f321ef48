"""labels.csv with semicolons, a byte order mark and CRLF."""

from pathlib import Path

from tests.corpus.builders import write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "test: 3 photos, 3 labelled"


def make(here: Path) -> None:
    write_photos(here / "in", "train/a/*", "train/b/*", "test/*")
    rows = ["split;file;primary;present", *(f"test;{n}.jpg;a;a" for n in range(3))]
    (here / "in" / "labels.csv").write_bytes("\ufeff".encode() + "\r\n".join(rows).encode())
