from __future__ import annotations

from pathlib import Path

import pytest

from core.capture.session import Session, begin
from tests.factory import write_dataset


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data set of red, blue and background."""
    write_dataset(tmp_path / "books")
    return tmp_path / "books"


@pytest.fixture
def session(root: Path) -> Session:
    """A session of two runs that has no photo yet."""
    return begin(root, ["run-a", "run-b"], seed=1)
