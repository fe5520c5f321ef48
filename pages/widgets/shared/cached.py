"""Results kept for all visitors, by a function's arguments and the reader's language."""

import dataclasses
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from core.base.language import language
from core.store.index import RunRow
from pages.widgets.shared.run_files import RunFiles

P = ParamSpec("P")
T = TypeVar("T")
_MAX_ENTRIES = 32  # of each function


def cached(function: Callable[P, T]) -> Callable[P, T]:
    """Decorator: the function runs once for equal arguments and language; nobody may change what
    it returns. Rows of runs and their files are equal while their files on disk stay as they are.
    """

    @st.cache_resource(max_entries=_MAX_ENTRIES, show_spinner=False)
    @_named_as(function)
    def result(key: tuple[str, ...], _args: Any, _kwargs: Any) -> T:
        return function(*_args, **_kwargs)

    @wraps(function)
    def lookup(*args: P.args, **kwargs: P.kwargs) -> T:
        found: T = result((language(), _key(args), _key(kwargs)), args, kwargs)
        return found

    return lookup


def _named_as(function: Callable[..., Any]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Names another function as `function`, by which Streamlit tells caches apart. Without the link
    that `wraps` leaves, by which Streamlit would read and hash the parameters of `function`."""

    def name(other: Callable[P, T]) -> Callable[P, T]:
        other.__module__, other.__qualname__ = function.__module__, function.__qualname__
        return other

    return name


def _key(value: Any) -> str:
    """A text that differs where values do. Raises TypeError for what has none."""
    match value:
        case None | str() | int() | float() | Path():
            return repr(value)
        case RunRow():
            return f"{value.id} {value.stamp}"
        case RunFiles():
            return " ".join(value.state)
        case Mapping():
            return f"{{{','.join(f'{_key(name)}:{_key(each)}' for name, each in value.items())}}}"
        case list() | tuple():
            return f"[{','.join(map(_key, value))}]"
        case _ if dataclasses.is_dataclass(value):
            return _key([getattr(value, field.name) for field in dataclasses.fields(value)])
    raise TypeError(f"{type(value).__name__} has no key")
