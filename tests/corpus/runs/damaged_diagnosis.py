"""A diagnosis.json that lacks its evidence."""

from pathlib import Path

import pytest

from core.base.errors import RunError
from core.store.run import open_run
from tests.corpus.making import run_of

command = "runs list --runs HERE/runs"
handled = "the-run ... done"


def make(here: Path) -> None:
    (run_of(here).path / "diagnosis.json").write_text('{"verdict": "generalises"}')


def check(here: Path) -> None:
    with pytest.raises(RunError, match=r"diagnosis\.json: damaged"):
        open_run(here / "runs", "the-run").diagnosis()
