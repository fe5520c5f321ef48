"""A file of many runs, read once and kept for as long as it stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.base import files
from core.base.errors import InputError
from core.store.examples import run_folder
from core.store.groups import Group
from core.store.run import Run
from pages import settings
from pages.widgets.ui import messages

_READERS: dict[str, Callable[[Run], Any]] = {
    "history.csv": Run.history,
    "batches.csv": Run.batches,
    "timing.csv": Run.timing,
    "predictions.csv": Run.predictions,
    "drift.csv": Run.drift,
    "controls.json": Run.controls,
    "environment.json": Run.environment,
}
_MAX_ENTRIES = 3000  # files; 100 runs have 700


def read(name: str, ids: Iterable[str]) -> dict[str, Any]:
    """What the file holds, by run id. A damaged one is told on the page and left out."""
    found = {}
    for id_ in ids:
        path = run_folder(settings.runs_dir(), id_)
        try:
            found[id_] = _read(str(path), name, files.quick_fingerprint(path / name))
        except InputError as error:
            messages.show_error(error)
    return found


def read_finished(name: str, items: Sequence[Group]) -> dict[str, Any]:
    """The file of every evaluated run of the items."""
    return read(name, _finished_ids(items))


def cache_keys(name: str, items: Sequence[Group]) -> list[str]:
    """Which runs' files `finished` reads, and in which state: another one when a file changes. To
    be asked for before they are read: what is kept for it is then never older."""
    runs_dir = settings.runs_dir()
    return [
        f"{id_} {files.quick_fingerprint(run_folder(runs_dir, id_) / name)}"
        for id_ in _finished_ids(items)
    ]


def _finished_ids(items: Sequence[Group]) -> list[str]:
    return list(dict.fromkeys(row.id for item in items for row in item.evaluated_members()))


@st.cache_data(max_entries=_MAX_ENTRIES, show_spinner=False)
def _read(path: str, name: str, stamp: str) -> Any:
    del stamp  # only there to make the cache notice
    return _READERS[name](Run(Path(path)))
