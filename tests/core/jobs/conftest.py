"""What the tests of jobs share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def warm_unless_cold(request: pytest.FixtureRequest) -> None:
    """Processes start warm, but in tests that are marked `cold`."""
    if not request.node.get_closest_marker("cold"):
        request.getfixturevalue("warm_starts")
