"""What the tests of jobs share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.warm import Warm, started_warm


@pytest.fixture(autouse=True)
def warm_starts(request: pytest.FixtureRequest, warm: Warm) -> Iterator[None]:
    """Workers and preview processes are forked from a warm one; not where a test is marked
    `cold`."""
    if request.node.get_closest_marker("cold"):
        yield
        return
    with started_warm(warm):
        yield
