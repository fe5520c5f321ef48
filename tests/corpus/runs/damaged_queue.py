"""A queue.sqlite that is no database."""

from pathlib import Path

command = "queue FAST --data TINY --runs HERE/runs"
refused = "queue.sqlite: cannot use the queue ( ... ); delete the file and resume"


def make(here: Path) -> None:
    (here / "runs").mkdir()
    (here / "runs" / "queue.sqlite").write_bytes(b"no database, however long it is. " * 200)
