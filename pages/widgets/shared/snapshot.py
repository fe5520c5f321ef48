"""The runs as they were when a page was drawn, and what is cached until they change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from pages import settings
from pages.widgets.ui.cached import cached

T = TypeVar("T")


class Snapshot(NamedTuple):
    """The runs as read once. version: of their rows
    (pages.widgets.shared.selection.snapshot), so that nothing is kept beyond a change of theirs."""

    version: int

    def cached(self, name: str, dependencies: Iterable[str], compute: Callable[[], T]) -> T:
        """As the function. dependencies: all that it depends on besides the runs' folders, the ids
        of those that it is made of among it."""
        return cached(name, (str(settings.runs_dir()), str(self.version), *dependencies), compute)
