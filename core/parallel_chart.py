"""The parallel-coordinates figure: a line per item across recipe keys and results."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from core.charts import plain_name
from core.parallel import Dimension

# From purple to yellow, told apart without red and green; its ends show on white and on near-black.
_SCALE = ((0.0, "#5b3fa8"), (0.35, "#1f78b4"), (0.7, "#26a784"), (1.0, "#e0b000"))


def parallel_coordinates(dimensions: Sequence[Dimension], colour_by: Dimension) -> go.Figure:
    """A line per item. colour_by: the result whose places colour the lines. In the browser an axis
    can be dragged aside, and dragging along it keeps only the lines that cross there."""
    titles = _short_titles([dimension.title for dimension in dimensions])
    ends = colour_by.places
    trace = go.Parcoords(
        line={
            "color": list(colour_by.places),
            "colorscale": _SCALE,
            "cmin": min(ends),
            "cmax": max(ends) if max(ends) > min(ends) else min(ends) + 1,
        },
        dimensions=[_axis(*axis) for axis in zip(dimensions, titles, strict=True)],
        labelfont={"size": 13},
        tickfont={"size": 12},
        rangefont={"size": 1, "color": "rgba(0,0,0,0)"},  # ticks say it already
        unselected={"line": {"color": "#8a90a0", "opacity": 0.15}},
        labelside="top",
    )
    figure = go.Figure(trace)
    figure.update_layout(height=420, margin={"l": 110, "r": 40, "t": 56, "b": 24})
    return figure


def _short_titles(titles: Sequence[str]) -> list[str]:
    """The end of each dotted key, as much of it as tells it from the others: `zoom`, but
    `dropout.features`, as the last word of three says little by itself."""
    found = []
    for title in titles:
        parts = title.split(".")
        ends = (".".join(parts[-length:]) for length in range(1 + (len(parts) > 2), len(parts) + 1))
        others = [other for other in titles if other != title]
        found.append(next((e for e in ends if not any(o.endswith(e) for o in others)), title))
    return found


def _axis(dimension: Dimension, short: str) -> dict[str, object]:
    ends = [place for place, _ in dimension.ticks]
    low, high = min([*ends, *dimension.places]), max([*ends, *dimension.places])
    room = 0.04 * (high - low) if not dimension.result or len(ends) != 5 else 0.0
    title = plain_name(short) + (" (log)" if dimension.logarithmic else "")
    return {
        "label": title,
        "values": list(dimension.places),
        "range": [low - room, high + room] if high > low else [low - 0.5, low + 0.5],
        "tickvals": ends,
        "ticktext": [plain_name(words) for _, words in dimension.ticks],
    }
