"""A diagnosis.json that lacks its evidence."""

from pathlib import Path

import pytest

from core.base.errors import RunError
from core.store.run import open_run
from tests.corpus.builders import write_case_run

command = "runs list --runs HERE/runs"
handled = "the-run ... done"


def make(here: Path) -> None:
    (write_case_run(here).path / "diagnosis.json").write_text('{"verdict": "generalises"}')


def check(here: Path) -> None:
    with pytest.raises(RunError, match=r"diagnosis\.json: damaged"):
        open_run(here / "runs", "the-run").diagnosis()
