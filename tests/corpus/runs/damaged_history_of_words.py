"""A history.csv with words for numbers."""

from pathlib import Path

import pytest

from core.base.errors import RunError
from core.store.run import open_run
from tests.corpus.builders import write_case_run

command = "runs list --runs HERE/runs"
handled = "the-run ... done"


def make(here: Path) -> None:
    (write_case_run(here).path / "history.csv").write_text(
        "epoch,stage,cycle,train_loss,val_loss,val_accuracy\n1,1,1,low,1,1\n"
    )


def check(here: Path) -> None:
    with pytest.raises(RunError, match=r"history\.csv: damaged"):
        open_run(here / "runs", "the-run").history()
