"""A run whose status.json is cut off, beside a sound one."""

from pathlib import Path

from core.store.index import RunIndex
from tests.corpus.builders import write_case_run, write_older_run

command = "runs list --runs HERE/runs"
handled = "the-run ... failed ... done"


def make(here: Path) -> None:
    (write_case_run(here).path / "status.json").write_text('{"state": "do')
    write_older_run(here)


def check(here: Path) -> None:
    rows = {row.id: row for row in RunIndex(here / "runs").rows()}
    problem = rows.pop("the-run").problem
    assert problem is not None and "status.json: damaged" in problem
    assert [row.summary is not None for row in rows.values()] == [True]
