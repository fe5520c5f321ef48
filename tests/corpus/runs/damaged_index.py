"""An index.sqlite that is no database."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "runs list --runs HERE/runs"
handled = "the-run ... done"


def make(here: Path) -> None:
    write_case_run(here)
    (here / "runs" / "index.sqlite").write_bytes(b"no database, however long it is. " * 200)
