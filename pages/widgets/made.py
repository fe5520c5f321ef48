"""What takes a while to work out, kept for all who look at the same in the same language: a demo's
visitors, a page that is opened again, a control that changes something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

import streamlit as st

from core.words import language
from pages import settings

T = TypeVar("T")
_KEPT = 256


def cached(what: str, of: Iterable[str], make: Callable[[], T]) -> T:
    """What `make` returns, in the reader's language; nobody may change it. what: its name. of: all
    that it depends on."""
    found: T = _make(what, language(), tuple(of), make)
    return found


class Look(NamedTuple):
    """Rows of runs as they were at one look. version: of those rows (pages.widgets.chosen.look), so
    that nothing is kept beyond a change of theirs."""

    version: int

    def made(self, what: str, of: Iterable[str], make: Callable[[], T]) -> T:
        """As the function. of: all that it depends on besides the runs' folders, the ids of those
        that it is made of among it."""
        return cached(what, (str(settings.runs_dir()), str(self.version), *of), make)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _make(what: str, language: str, of: tuple[str, ...], _make: Callable[[], Any]) -> Any:
    return _make()
