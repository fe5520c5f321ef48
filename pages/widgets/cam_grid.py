"""The CAM grid: photos down, runs across, drawn in the browser (cam_grid.js)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from core import tables
from core.cam_grid import grid_run, payload
from core.data.dataset import Dataset, read_dataset
from core.store.index import RunRow
from core.store.run import open_run
from pages import settings
from pages.widgets import chosen
from pages.widgets.words import VERDICTS

_HERE = Path(__file__).parent
_GRID = st.components.v2.component(
    "overfit_lens_cam_grid",
    html='<div class="grid-root"></div>',
    css=(_HERE / "cam_grid.css").read_text("utf-8"),
    js=(_HERE / "cam_grid.js").read_text("utf-8"),
)


def show(
    key: str, rows: Sequence[RunRow], all_rows: Sequence[RunRow], dataset: Dataset, set_name: str
) -> None:
    """The grid of one test set. Raises InputError when photos or maps cannot be read."""
    paint = chosen.colours(all_rows, [row.id for row in rows])
    labels = tables.labels_of(all_rows)
    runs = [(row.id, labels[row.id], paint[row.id], _stamp(row)) for row in rows]
    test_set = dataset.test_set(set_name)
    truth = repr((test_set.labels, test_set.boxes))
    found = _payload(str(settings.runs_dir()), tuple(runs), str(dataset.root), set_name, truth)
    waiting = [labels[id_] for id_ in found["waiting"]]
    if waiting:
        st.info(f"No class maps yet: {', '.join(waiting)}. They come at the end of each cycle.")
    if found["grid"]["runs"]:
        chips = {name: colour for name, (_, colour) in VERDICTS.items()}
        _GRID(key=key, data={**found["grid"], "chips": chips})


def _stamp(row: RunRow) -> str:
    """Changes when the run's maps or its verdict may have changed: at each epoch and at the end."""
    verdict = (row.summary or {}).get("verdict")
    return f"{row.status.state} {row.status.epoch} {row.status.finished} {verdict}"


@st.cache_data(max_entries=8, show_spinner="Reading photos and class maps")
def _payload(
    runs_dir: str, runs: tuple[tuple[str, str, str, str], ...], root: str, set_name: str, truth: str
) -> dict[str, Any]:
    """Labels and boxes (`truth`) and the runs' stamps are only there to make the cache notice."""
    del truth
    columns, waiting = [], []
    for id_, label, colour, _ in runs:
        column = grid_run(open_run(Path(runs_dir), id_), label, colour)
        if column is None:
            waiting.append(id_)
        else:
            columns.append(column)
    grid = payload(columns, read_dataset(Path(root)), set_name)
    return {"grid": grid, "waiting": waiting}
