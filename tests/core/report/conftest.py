"""Reports on runs that the factory wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from core.compare.selection import grouped_items
from core.report.page import render_report
from core.store.index import RunIndex

DAY = date(2026, 3, 2)
Report = Callable[..., str]


@pytest.fixture
def runs(tmp_path) -> Path:
    """An empty folder of runs."""
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


@pytest.fixture
def report(runs) -> Report:
    """A report on all runs, oldest first, or on those of some ids."""

    def make(*ids: str) -> str:
        rows = RunIndex(runs).rows()
        picked = [row for row in reversed(rows) if not ids or row.id in ids]
        return render_report(grouped_items(picked, rows), rows, runs, DAY)

    return make
