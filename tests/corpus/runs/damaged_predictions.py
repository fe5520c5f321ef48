"""A predictions.csv that is no table."""

from pathlib import Path

import pytest

from core.base.errors import RunError
from core.store.run import open_run
from tests.corpus.builders import write_case_run

command = "runs list --runs HERE/runs"
handled = "the-run ... done"


def make(here: Path) -> None:
    (write_case_run(here).path / "predictions.csv").write_bytes(b"\x89PNG\r\n")


def check(here: Path) -> None:
    with pytest.raises(RunError, match=r"predictions\.csv: damaged"):
        open_run(here / "runs", "the-run").predictions()
