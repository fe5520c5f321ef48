"""The curves of a run that is under way, as plain data for the browser
(pages/widgets/ui/live_chart.js draws them in place; a Plotly figure is built anew, and so flickers,
at every change)."""

import math
from typing import Any

import pandas as pd

from core.base.formatting import lr_text, percent
from core.base.language import _
from core.base.palette import lr_colour

Chart = dict[str, Any]
_MAX_POINTS = 5_000  # of a line


def live_charts(
    history: pd.DataFrame, batches: pd.DataFrame, epochs: int, colour: str
) -> tuple[Chart, Chart, Chart]:
    """Loss, validation accuracy and learning rates so far, with room for every planned epoch.
    Before the first epoch is done, the loss of its batches.

    A chart: `scale` (linear, share, log), `x` (the axis' name), `to` (its end), `words` for who
    cannot see it, and `lines`: name, colour, dashed, points [[x, y], ...], last (its last value in
    words)."""
    if history.empty:
        losses = [_line(_("training"), colour, True, batches, "step", "loss")]
        loss = _chart("linear", _("batch of the first epoch"), max(10, len(batches)), losses)
    else:
        losses = [
            _line(_("training"), colour, True, history, "epoch", "train_loss"),
            _line(_("validation"), colour, False, history, "epoch", "val_loss"),
        ]
        loss = _chart("linear", _("epoch"), epochs, losses)
    accuracy = _line(_("validation"), colour, False, history, "epoch", "val_accuracy")
    accuracy["last"] = percent(accuracy["points"][-1][1]) if accuracy["points"] else ""
    return (
        loss,
        _chart("share", _("epoch"), epochs, [accuracy]),
        _chart("log", _("epoch"), epochs, _rates(history)),
    )


def _rates(history: pd.DataFrame) -> list[dict[str, Any]]:
    """A line per band that trains at some time."""
    lines = []
    for column in (str(name) for name in history if str(name).startswith("lr_")):
        rows = history[history[column] > 0]
        if len(rows):
            top = float(rows[column].max())
            name = _("layers {layers}", layers=column.removeprefix("lr_"))
            line = _line(name, lr_colour(top), False, rows, "epoch", column)
            line["last"] = lr_text(line["points"][-1][1])
            lines.append(line)
    return lines


def _line(
    name: str, colour: str, dashed: bool, rows: pd.DataFrame, x: str, y: str
) -> dict[str, Any]:
    known = rows[[x, y]].dropna() if len(rows) else pd.DataFrame({x: [], y: []})
    if len(known) > _MAX_POINTS:  # every n-th, and the last
        known = known.iloc[:: -math.ceil(len(known) / _MAX_POINTS)].iloc[::-1]
    points = [[float(a), float(b)] for a, b in known.itertuples(index=False, name=None)]
    last = f"{points[-1][1]:.3g}" if points else ""
    return {"name": name, "colour": colour, "dashed": dashed, "points": points, "last": last}


def _chart(scale: str, x: str, to: int, lines: list[dict[str, Any]]) -> Chart:
    told = ", ".join(f"{line['name']} {line['last']}" for line in lines if line["last"])
    words = _("Nothing to draw yet")
    if told:
        words = _("Curve by {x}; last: {values}", x=x, values=told)
    return {"scale": scale, "x": x, "to": to, "lines": lines, "words": words}
