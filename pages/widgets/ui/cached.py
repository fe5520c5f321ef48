"""What takes a while to work out, kept for all who look at the same in the same language: a demo's
visitors, a page that is opened again, a control that changes something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import streamlit as st

from core.base.language import language

T = TypeVar("T")
_KEPT = 256


def cached(what: str, of: Iterable[str], make: Callable[[], T]) -> T:
    """What `make` returns, in the reader's language; nobody may change it. what: its name. of: all
    that it depends on."""
    found: T = _make(what, language(), tuple(of), make)
    return found


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _make(what: str, language: str, of: tuple[str, ...], _make: Callable[[], Any]) -> Any:
    return _make()
