"""What takes a while to work out, kept for all who look at the same in the same language: a demo's
visitors, a page that is opened again, a control that changes something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import streamlit as st

from core.base.language import language

T = TypeVar("T")
_MAX_ENTRIES = 256


def cached(name: str, dependencies: Iterable[str], compute: Callable[[], T]) -> T:
    """What `compute` returns, in the reader's language; nobody may change it. name: its name.
    dependencies: all that it depends on."""
    found: T = _cached_result(name, language(), tuple(dependencies), compute)
    return found


@st.cache_resource(max_entries=_MAX_ENTRIES, show_spinner=False)
def _cached_result(
    name: str, language: str, dependencies: tuple[str, ...], _compute: Callable[[], Any]
) -> Any:
    return _compute()
