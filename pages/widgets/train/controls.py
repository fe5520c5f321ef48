"""Controls of a recipe's values: each begins with its value, and keeps what is set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.base.language import translate

_OF_THE_NAME: Any = object()


class Controls:
    """Controls by the name of their value. Each method draws one and returns its value. start: what
    it begins with, the named value by default; place: where it is drawn; other options go to the
    Streamlit control."""

    def key_prefix(self, name: str) -> str:
        """The key of the control of this name."""
        raise NotImplementedError

    def start_value(self, name: str) -> Any:
        """What the control of this name begins with, as plain data."""
        raise NotImplementedError

    def _common(self, name: str, start: Any) -> tuple[Any, dict[str, Any]]:
        value = self.start_value(name) if start is _OF_THE_NAME else start
        return value, {"key": self.key_prefix(name), "persist_state": "session"}

    def number(
        self,
        name: str,
        label: str,
        low: float,
        high: float,
        step: float | None = None,
        start: Any = _OF_THE_NAME,
        place: Any = st,
        **options: Any,
    ) -> Any:
        """A typed number: whole where `low` is; None where the field is empty."""
        value, common = self._common(name, start)
        value = None if value is None else type(low)(value)
        return place.number_input(label, low, high, value, step, **common, **options)

    def value_slider(
        self,
        name: str,
        label: str,
        low: float,
        high: float,
        step: float,
        start: Any = _OF_THE_NAME,
        place: Any = st,
        help: str | None = None,
    ) -> Any:
        """A number, whole where `low` is; of a pair a range, as a list."""
        value, common = self._common(name, start)
        if isinstance(value, Sequence):
            return list(place.slider(label, low, high, tuple(value), step, help=help, **common))
        return place.slider(label, low, high, type(low)(value), step, help=help, **common)

    def select(
        self,
        name: str,
        label: str,
        titles: Mapping[str, str] | Sequence[Any],
        start: Any = _OF_THE_NAME,
        place: Any = st,
        **options: Any,
    ) -> Any:
        """One of the keys of `titles`, or of names that are shown as they are, from a list."""
        value, common = self._common(name, start)
        options |= _formatting(titles)
        names = list(titles)
        return place.selectbox(label, names, names.index(value), **common, **options)

    def segments(
        self,
        name: str,
        label: str,
        titles: Mapping[str, str] | Sequence[Any],
        start: Any = _OF_THE_NAME,
        **options: Any,
    ) -> Any:
        """The same, side by side."""
        value, common = self._common(name, start)
        options |= _formatting(titles)
        chosen = st.segmented_control(
            label, list(titles), default=value, required=True, **common, **options
        )
        return value if chosen is None else chosen

    def switch(
        self, name: str, label: str, start: Any = _OF_THE_NAME, help: str | None = None
    ) -> bool:
        value, common = self._common(name, start)
        return st.toggle(label, bool(value), help=help, **common)


def _formatting(titles: Mapping[str, str] | Sequence[Any]) -> dict[str, Any]:
    """How a choice is shown: by its title, or as it is."""
    if not isinstance(titles, Mapping):
        return {}
    return {"format_func": lambda each: translate(titles[each])}


@dataclass(frozen=True)
class Group(Controls):
    """Controls of a group of values, such as one stage. key: the beginning of their keys."""

    key: str
    values: Mapping[str, Any]

    def key_prefix(self, name: str) -> str:
        return f"{self.key}.{name}"

    def start_value(self, name: str) -> Any:
        return self.values.get(name)
