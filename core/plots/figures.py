"""Plotly figures from data frames. No figure computes a number; every figure suits a light and a
dark page, because paper and text take the page's colours, and ours have another on dark pages."""

import math
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.io.json import to_json_plotly

from core.base import formatting
from core.base.language import _
from core.base.palette import GREY, RUN_COLOURS, lr_colour

Figure: TypeAlias = go.Figure  # for pages, which import no package but Streamlit
Table: TypeAlias = pd.DataFrame
_MAX_POINTS = 600


def error_bars(rows: pd.DataFrame, colour: str) -> dict[str, Any]:
    """Error bars of a trace from each row's `low` to its `high` around its `value`."""
    return {
        "type": "data",
        "symmetric": False,
        "array": rows["high"] - rows["value"],
        "arrayminus": rows["value"] - rows["low"],
        "thickness": 3,
        "width": 0,
        "color": colour,
    }


def escape_label(label: str) -> str:
    return escape(label, quote=False)  # Plotly reads tags in text


# --- learning rates ----------------------------------------------------------------------------


def planned_rates(curve: pd.DataFrame) -> go.Figure:
    """The planned learning rates (core.train.schedule.rate_curve), a line per band that trains."""
    bands = {str(band): rows for band, rows in curve.groupby("band", sort=False)}
    return _rates(bands, _("epoch %{x:.1f}: %{y:.1e}"), 260)


def recorded_rates(history: pd.DataFrame, epochs: int = 0) -> go.Figure:
    """The learning rates of a run's epochs so far, a line per band (`lr_<band>` of history.csv).
    epochs: as in training_curves."""
    columns = [str(name) for name in history if str(name).startswith("lr_")]
    bands = {name[3:]: history[["epoch", name]].rename(columns={name: "lr"}) for name in columns}
    return _leave_room(_rates(bands, "%{y:.1e}", 300), epochs, formatting.lr_text)


def _rates(bands: Mapping[str, pd.DataFrame], hover: str, height: int) -> go.Figure:
    """A line per band over its epochs. The axis is logarithmic and shows each rate fall by a factor
    of 30, not down to nothing."""
    figure, tops = go.Figure(), []
    for band, rows in bands.items():
        rows = _thinned(rows[rows["lr"] > 0])
        if rows.empty:
            continue
        tops.append(float(rows["lr"].max()))
        figure.add_scatter(
            x=rows["epoch"],
            y=rows["lr"],
            name=_("layers {layers}", layers=band),
            mode=_mode(rows),
            line={"color": lr_colour(tops[-1]), "width": 2.5},
            hovertemplate=hover + "<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(**layout(height), xaxis_title=_("epoch"), yaxis_title=_("learning rate"))
    figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    if tops:
        figure.update_yaxes(range=[math.log10(min(tops)) - 1.5, math.log10(max(tops)) + 0.3])
    return figure


def _thinned(rows: pd.DataFrame) -> pd.DataFrame:
    """Every n-th, and the last."""
    return rows.iloc[:: -max(1, math.ceil(len(rows) / _MAX_POINTS))].iloc[::-1]


def _mode(rows: pd.DataFrame | pd.Series) -> str:
    """One epoch makes no line."""
    return "lines+markers" if len(rows) < 3 else "lines"


def layout(height: int, hovermode: str = "x unified") -> dict[str, Any]:
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "hovermode": hovermode,
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "title": None},
    }


def overlap_width(number: int, count: int, least: float, more: float) -> float:
    """Of lines over each other earlier ones are wider, so that equal ones all show."""
    return least + more * (count - 1 - number) / max(count - 1, 1)


def band(x: Any, low: Any, high: Any, colour: str, opacity: float = 0.22) -> dict[str, Any]:
    """A trace: the faint area from the lowest to the highest."""
    return {
        "type": "scatter",
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([high, low[::-1]]),
        "fill": "toself",
        "fillcolor": colour,
        "opacity": opacity,
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
    }


def figure_json(figure: go.Figure) -> str:
    """The figure for pages/widgets/ui/plot.js, without Plotly's template: it is half of the whole,
    and the page puts its own in its place."""
    parts = figure.to_dict()
    parts["layout"].pop("template", None)
    return to_json_plotly(parts)


# --- curves of runs ---------------------------------------------------------------------------


def training_curves(history: pd.DataFrame, colour: str, metric: str, epochs: int = 0) -> go.Figure:
    """A run's training curves. metric: `loss` (training dotted, validation solid) or `accuracy`
    (validation). epochs: that a run under way has planned, for which the axis leaves room while
    the names tell the last values."""
    names = {"train_loss": _("training")} if metric == "loss" else {}
    number_format = "%{y:.0%}" if metric == "accuracy" else "%{y:.3g}"
    figure = go.Figure()
    for column, name in (names | {f"val_{metric}": _("validation")}).items():
        rows = _thinned(history[["epoch", column]].dropna()) if len(history) else history
        if len(rows):
            _add_curve(figure, rows["epoch"], rows[column], name, colour, number_format)
    figure.update_layout(**layout(300), xaxis_title=_("epoch"))
    if metric == "accuracy":
        figure.update_yaxes(range=[-0.03, 1.05], tickformat=".0%", title=_("validation accuracy"))
        return _leave_room(figure, epochs, formatting.percent)
    figure.update_yaxes(title=_("loss"), rangemode="tozero", exponentformat="e")
    return _leave_room(figure, epochs, "{:.3g}".format)


def batch_losses(batches: pd.DataFrame, colour: str) -> go.Figure:
    """The loss of a run's batches, before its first epoch is done."""
    figure, rows = go.Figure(), _thinned(batches)
    if len(rows):
        _add_curve(figure, rows["step"], rows["loss"], _("training"), colour, "%{y:.3g}")
    figure.update_layout(**layout(300), xaxis_title=_("batch of the first epoch"))
    figure.update_yaxes(title=_("loss"), rangemode="tozero", exponentformat="e")
    return _leave_room(figure, max(10, len(batches)), "{:.3g}".format)


def _add_curve(
    figure: go.Figure, x: pd.Series, y: pd.Series, name: str, colour: str, number_format: str
) -> None:
    line = {"color": colour, "width": 2.5}
    if name == _("training"):
        line |= {"width": 1.8, "dash": "dot"}
    hover = number_format + "<extra>%{fullData.name}</extra>"
    figure.add_scatter(x=x, y=y, name=name, mode=_mode(x), line=line, hovertemplate=hover)


def _leave_room(figure: go.Figure, last: int, words: Callable[[float], str]) -> go.Figure:
    """Of a run under way, an axis up to its `last` step, and each line's last value in its name."""
    if last:
        figure.update_xaxes(range=[0, last])
        figure.update_layout(showlegend=True)
        figure.for_each_trace(lambda trace: trace.update(name=f"{trace.name} {words(trace.y[-1])}"))
    return figure


def lr_search_curves(curves: pd.DataFrame, suggested: float | None) -> go.Figure:
    """A search for a learning rate (core.store.lr_finder): the loss against the rate, a thin line
    per start, the median of the starts thick in the band that they span, the suggested rate marked.
    Losses far above the lowest are cut off: they only say that the rate was too high."""
    figure = go.Figure()
    if curves.empty:
        return figure
    colour = RUN_COLOURS[0]
    common = curves.groupby("step")["smoothed"].agg(["median", "min", "max", "count"])
    # Where one start has stopped the others' median would jump.
    common = common[common["count"] == curves["start"].nunique()]
    lr = curves.groupby("step")["lr"].first().loc[common.index]
    spread = band(lr, common["min"], common["max"], colour, 0.15)
    figure.add_trace(spread | {"name": _("range"), "showlegend": True})
    for number, (__, rows) in enumerate(curves.groupby("start")):
        figure.add_scatter(
            x=rows["lr"],
            y=rows["smoothed"],
            name=_("individual searches"),
            mode="lines",
            legendgroup="starts",
            showlegend=number == 0,
            line={"color": GREY, "width": 1},
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=lr,
        y=common["median"],
        name=_("median"),
        mode="lines",
        line={"color": colour, "width": 3},
        hovertemplate=_("rate %{x:.1e}: loss %{y:.2f}"),
    )
    if suggested is not None:
        figure.add_vline(x=suggested, line={"color": RUN_COLOURS[1], "width": 3, "dash": "dash"})
        figure.add_annotation(
            x=math.log10(suggested),
            y=1,
            yref="paper",
            yanchor="top",
            xanchor="right",
            xshift=-6,
            text=formatting.lr_text(float(f"{suggested:.1e}")),
            showarrow=False,
            font={"size": 13},
        )
    figure.update_layout(**layout(260, "closest"))
    figure.update_xaxes(title=_("learning rate"), type="log", exponentformat="power", dtick=1)
    figure.update_yaxes(title=_("loss"), range=[0, 1.6 * float(common["median"].iloc[0])])
    return figure


# --- drift -----------------------------------------------------------------------------------


def drift_bars(layers: pd.DataFrame, colour: str) -> go.Figure:
    """A bar per layer, 1 - CKA to its start: 0 is as it began. Frozen layers are bracketed.

    layers: rows of drift.csv."""
    told = [
        _("no weights")
        if pd.isna(value)
        else _("weights changed by {share}", share=formatting.percent(value))
        for value in layers["weights"]
    ]
    moved = (1 - layers["cka"]).clip(lower=0)
    figure = go.Figure(
        go.Bar(
            x=layers["layer"],
            y=moved,
            marker={"color": colour, "line": {"width": 0}},
            customdata=[*zip(map(escape_label, layers["name"].astype(str)), told, strict=True)],
            hovertemplate="<b>%{x} %{customdata[0]}</b><br>"
            + _("change %{y:.2f}")
            + "<br>%{customdata[1]}<extra></extra>",
        )
    )
    frozen = layers.loc[~layers["trained"], "layer"]
    if len(frozen):
        ends, line = {"x0": frozen.iloc[0] - 0.4, "x1": frozen.iloc[-1] + 0.4}, 0.06
        figure.add_shape(type="line", y0=line, y1=line, line={"color": GREY, "width": 2}, **ends)
        middle = {"x": (frozen.iloc[0] + frozen.iloc[-1]) / 2, "y": line, "yanchor": "bottom"}
        figure.add_annotation(text=_("frozen"), showarrow=False, font={"size": 12}, **middle)
    figure.update_layout(**layout(210, "closest"), showlegend=False, bargap=0.25)
    words = _("layer (input side on the left)")
    figure.update_xaxes(title=words, fixedrange=True, dtick=5, showgrid=False)
    top = max(1.0, float(moved.max())) + 0.02  # unrelated features differ by 1, by chance by more
    figure.update_yaxes(title=_("change (1 − CKA)"), range=[0, top], fixedrange=True, dtick=0.5)
    return figure
