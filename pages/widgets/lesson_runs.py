"""What the lesson tells of, read once for all visitors and again when the example runs change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from core import charts, files
from core.lesson import elsewhere, gaze, hidden, layers, steps
from core.lesson.pair import Pair, find_pair
from core.store.examples import examples_dir
from core.words import language

_MADE = {
    "shoot": elsewhere.shoot_photos,
    "books": elsewhere.cut_out_books,
    "gaze": gaze.gaze,
    "lifts": lambda pair: {key: gaze.lifts(pair, side) for key, side in pair.sides.items()},
    "painted": hidden.painted_photo,
    "moved": layers.moved_layers,
}


def pair() -> Pair:
    """Raises InputError where there are no example runs to tell of, or their photos are gone."""
    return _pair(str(examples_dir()), _stamp())


def made(what: str) -> Any:
    """A picture's data: a key of _MADE. Raises InputError when it cannot be made."""
    return _make(what, str(examples_dir()), _stamp())


def step(number: int, vote: str, without: str) -> steps.Step:
    """Raises InputError when a file of an example run is damaged or gone."""
    return _step(number, vote, without, str(examples_dir()), _stamp(), language())


def colours(found: Pair) -> dict[str, str]:
    """Of A and B: those that their shown runs have on every page."""
    ids = sorted(path.name for path in examples_dir().iterdir() if path.is_dir())
    shown = {letter: side.shown.id for letter, side in found.sides.items()}
    paint = charts.run_colours(ids, list(shown.values()))
    return {letter: paint[id_] for letter, id_ in shown.items()}


def _stamp() -> str:
    return files.mark(examples_dir())


@st.cache_resource(max_entries=2, show_spinner=False)
def _pair(folder: str, stamp: str) -> Pair:
    del stamp
    return find_pair(Path(folder))


@st.cache_data(max_entries=16, show_spinner=False)
def _make(what: str, folder: str, stamp: str) -> Any:
    return _MADE[what](_pair(folder, stamp))


@st.cache_data(max_entries=64, show_spinner=False)
def _step(number: int, vote: str, without: str, folder: str, stamp: str, spoken: str) -> steps.Step:
    """spoken: the language, so that each has its own."""
    del spoken
    return steps.write_step(number, _pair(folder, stamp), vote, without)
