"""A file of many runs, read once and kept for as long as it stays as it is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core.base import files
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


class RunFiles(dict[str, Any]):
    """What one file holds, by run id. state: fingerprints that tell whether it is current."""

    def __init__(self, found: Mapping[str, Any], state: Iterable[str]) -> None:
        super().__init__(found)
        self.state = tuple(state)


def read(name: str, ids: Iterable[str]) -> RunFiles:
    """The file of each of these runs. A damaged one is told on the page and left out."""
    found, state = {}, []
    for id_ in ids:
        path = run_folder(settings.runs_dir(), id_)
        fingerprint = files.quick_fingerprint(path / name)  # before it is read: never newer
        state.append(f"{path / name} {fingerprint}")
        with messages.show_errors():
            found[id_] = _read(str(path), name, fingerprint)
    return RunFiles(found, state)


def read_finished(name: str, items: Sequence[Group]) -> RunFiles:
    """The file of every evaluated run of the items."""
    ids = dict.fromkeys(row.id for item in items for row in item.evaluated_members())
    return read(name, ids)


@st.cache_resource(max_entries=_MAX_ENTRIES, show_spinner=False)  # shared: nobody may change it
def _read(path: str, name: str, stamp: str) -> Any:
    del stamp  # only there to make the cache notice
    return _READERS[name](Run(Path(path)))
