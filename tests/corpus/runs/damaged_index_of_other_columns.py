"""An index.sqlite with a table of other columns."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.corpus.builders import write_case_run

command = "runs list --runs HERE/runs"
handled = "the-run ... done"


def make(here: Path) -> None:
    write_case_run(here)
    with closing(sqlite3.connect(here / "runs" / "index.sqlite")) as db, db:
        db.execute("CREATE TABLE runs (id TEXT, colour TEXT, a TEXT, b TEXT)")
        db.execute("INSERT INTO runs VALUES ('the-run', 'red', '', '')")
