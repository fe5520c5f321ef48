"""A cams.npz that was cut off."""

from pathlib import Path

import pytest

from core.base.errors import RunError
from core.store.run import open_run
from tests.corpus.builders import write_case_run

command = "runs list --runs HERE/runs"
handled = "the-run ... done"


def make(here: Path) -> None:
    (write_case_run(here).path / "cams.npz").write_bytes(b"PK\x03\x04 and no more")


def check(here: Path) -> None:
    with pytest.raises(RunError, match=r"cams\.npz: damaged"):
        open_run(here / "runs", "the-run").class_maps()
