"""What the tests of `core` share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factory import plain_speed


@pytest.fixture(scope="module", autouse=True)
def measured() -> Iterator[None]:
    """A run of this process does not measure the machine first, which takes longer than its epochs;
    tests/core/train/test_estimate.py is about that, and what other processes train is measured.
    For a module, as the tests of other folders may follow in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.train.execute.speed_for", lambda runs, recipe: plain_speed(recipe))
        yield
