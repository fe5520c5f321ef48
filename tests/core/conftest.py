"""What the tests of `core` share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.data.masking import FILLS
from tests.factory import uniform_speed


@pytest.fixture(scope="module", autouse=True)
def no_calibration() -> Iterator[None]:
    """A run of this process does not measure the machine first, which takes longer than its epochs;
    tests/core/train/test_estimate.py is about that, and what other processes train is measured.
    For a module, as the tests of other folders may follow in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "core.jobs.tasks.train_run.speed_for",
            lambda _, recipe, check_cancelled: uniform_speed(recipe),
        )
        yield


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
