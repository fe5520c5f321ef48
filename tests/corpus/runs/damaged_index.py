"""An index.sqlite that is no database."""

from pathlib import Path

from tests.corpus.making import run_of

command = "runs list --runs HERE/runs"
handled = "the-run ... done"


def make(here: Path) -> None:
    run_of(here)
    (here / "runs" / "index.sqlite").write_bytes(b"no database, however long it is. " * 200)
