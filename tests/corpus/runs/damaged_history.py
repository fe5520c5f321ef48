"""A history.csv of other columns."""

from pathlib import Path

import pytest

from core.base.errors import RunError
from core.store.run import open_run
from tests.corpus.builders import write_case_run

command = "runs list --runs HERE/runs"
handled = "the-run ... done"


def make(here: Path) -> None:
    (write_case_run(here).path / "history.csv").write_text("epoch,loss\n1,0.5\n")


def check(here: Path) -> None:
    with pytest.raises(RunError, match=r"history\.csv: damaged"):
        open_run(here / "runs", "the-run").history()
