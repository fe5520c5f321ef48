"""A new run beside a run in which every file is damaged."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "train FAST --data TINY --runs HERE/runs"
handled = "runs/"


def make(here: Path) -> None:
    for path in write_case_run(here).path.iterdir():
        path.write_bytes(b"\xff\x00 damaged")
    (here / "runs" / "index.sqlite").write_bytes(b"no database, however long it is. " * 200)
