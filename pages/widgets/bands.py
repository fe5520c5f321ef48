"""Layer bands: the strip of layers, and an editor of the bands' boundaries and rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from core import charts, text
from core.model.bands import BandRange
from core.model.layers import Layer
from core.recipe import Recipe

_RATES = (0.0, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)


def show(key: str, preset: Recipe, layers: int) -> list[dict[str, Any]]:
    """The recipe's `bands` as plain data, edited row by row."""
    bands = st.session_state.setdefault(
        f"{key}.rows", [{"id": i, "from": b.first, "lr": b.lr} for i, b in enumerate(preset.bands)]
    )
    found = []
    for number, band in enumerate(bands):
        row = st.columns([3, 4, 1], vertical_alignment="bottom", wrap=False)
        head: Literal["collapsed", "visible"] = "collapsed" if number else "visible"
        with row[0]:
            first = st.number_input(
                "From layer",
                0,
                layers - 1,
                band["from"],
                key=f"{key}.from.{band['id']}",
                persist_state="session",
                label_visibility=head,
                disabled=number == 0,
                help="The band reaches up to the layer before the next band's first.",
            )
        with row[1]:
            lr = st.selectbox(
                "Learning rate",
                sorted({*_RATES, band["lr"]}),
                index=sorted({*_RATES, band["lr"]}).index(band["lr"]),
                format_func=lambda lr: lr if isinstance(lr, str) else text.rate(lr),
                key=f"{key}.lr.{band['id']}",
                persist_state="session",
                label_visibility=head,
                accept_new_options=True,
                help="How far each step changes the weights. Type another rate, such as 2e-4.",
            )
        with row[2]:
            st.button(
                ":material/close:",
                key=f"{key}.remove.{band['id']}",
                type="tertiary",
                disabled=number == 0,
                help="Removes this band; the one before it then reaches further.",
                on_click=_remove,
                args=(key, band["id"]),
            )
        found.append({"from": int(first), "lr": _as_number(lr)})
    st.button(
        "Add a band",
        key=f"{key}.add",
        icon=":material/add:",
        on_click=_add,
        args=(key, found, layers),
        disabled=len(bands) >= min(12, layers),
    )
    return found


def set_rates(key: str, bands: Sequence[tuple[int, float]]) -> None:
    """Puts other bands (first layer, rate) in the place of those that are shown."""
    ids = [row["id"] for row in st.session_state.get(f"{key}.rows", [])]
    new = max(ids, default=-1) + 1  # new ids: their controls begin with the new values
    st.session_state[f"{key}.rows"] = [
        {"id": new + place, "from": first, "lr": lr} for place, (first, lr) in enumerate(bands)
    ]


def strip(layers: tuple[Layer, ...], ranges: tuple[BandRange, ...], key: str) -> None:
    """The coloured strip of layers and how many weights train."""
    st.plotly_chart(
        charts.layer_strip(layers, ranges),
        key=key,
        config=charts.PLOT_CONFIG,
        alt="Layers from the photo to the answer, coloured by learning rate: "
        + "; ".join(f"{band.label} {text.rate(band.lr)}" for band in ranges),
    )
    total = sum(layer.params for layer in layers)
    trained = sum(
        layer.params
        for band in ranges
        if not band.frozen
        for layer in layers[band.first : band.last + 1]
    )
    st.caption(
        f"{text.count(trained)} of {text.count(total)} weights train "
        f"({text.percent(trained / total)}). Hatched layers are frozen: they stay as ImageNet "
        "made them. The first stage trains only the head, at the last band's rate."
    )


def _as_number(lr: object) -> object:
    """A typed rate as a number; what is no number is left for the recipe to refuse."""
    try:
        return float(str(lr))
    except ValueError:
        return lr


def _remove(key: str, band_id: int) -> None:
    rows = st.session_state[f"{key}.rows"]
    st.session_state[f"{key}.rows"] = [row for row in rows if row["id"] != band_id]


def _add(key: str, found: list[dict[str, Any]], layers: int) -> None:
    """Splits the longest band in two; the new half starts at the same rate."""
    rows = st.session_state[f"{key}.rows"]
    firsts = [band["from"] for band in found]
    lengths = [end - first for first, end in zip(firsts, [*firsts[1:], layers], strict=True)]
    place = lengths.index(max(lengths))
    lr = found[place]["lr"]
    new = {
        "id": max(row["id"] for row in rows) + 1,
        "from": firsts[place] + max(1, lengths[place] // 2),
        "lr": lr if isinstance(lr, float) else 0.0,
    }
    rows = [row | {"from": band["from"]} for row, band in zip(rows, found, strict=True)]
    st.session_state[f"{key}.rows"] = [*rows[: place + 1], new, *rows[place + 1 :]]
