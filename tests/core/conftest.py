"""What the tests of `core` share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.data.masking import FILLS


@contextmanager
def reduce_diagnosis() -> Iterator[None]:
    """A diagnosis that asks about a third of the pictures: one varied view of each photo and one
    fill of what is painted over. For tests that train a lot and look at what is found, not at how
    much of it; test_reliance.py and test_execute.py are about the whole of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.evaluate.tta.TTA_VIEWS", 1)
        patch.setattr("core.evaluate.reliance.FILLS", FILLS[:1])
        yield


@pytest.fixture
def reduced_diagnosis() -> Iterator[None]:
    with reduce_diagnosis():
        yield
