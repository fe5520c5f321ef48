"""Plotly figures from data frames. No figure computes a number; every figure suits a light and a
dark page, because paper and text take the page's colours, and ours have another on dark pages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, TypeAlias

import pandas as pd
import plotly.graph_objects as go
from plotly.io.json import to_json_plotly

from core.base import formatting
from core.base.language import _
from core.base.palette import GREY, RUN_COLOURS, lr_colour

Figure: TypeAlias = go.Figure  # for pages, which import no package but Streamlit
Table: TypeAlias = pd.DataFrame
_MAX_POINTS = 600
_CONFIG_MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}


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


# --- colours --------------------------------------------------------------------------------


def escape_label(label: str) -> str:
    return escape(label, quote=False)  # Plotly reads tags in text


# --- learning rates ----------------------------------------------------------------------------


def _bracket(figure: go.Figure, first: int, last: int, label: str, y: float = -0.1) -> None:
    """A line from layer to layer at height y, with its label beneath (above it where y > 0)."""
    line = {"color": GREY, "width": 2}
    figure.add_shape(type="line", x0=first - 0.4, x1=last + 0.4, y0=y, y1=y, line=line)
    figure.add_annotation(
        x=(first + last) / 2,
        y=y,
        yanchor="bottom" if y > 0 else "top",
        text=label,
        showarrow=False,
        font={"size": 12},
    )


def planned_rates(curve: pd.DataFrame) -> go.Figure:
    """The planned learning rates (core.train.schedule.rate_curve), a line per band that trains."""
    trained = curve[curve["lr"] > 0]
    figure = go.Figure()
    for band, rows in trained.groupby("band", sort=False):
        top = float(rows["lr"].max())
        rows = _thinned(rows)
        figure.add_trace(
            go.Scatter(
                x=rows["epoch"],
                y=rows["lr"],
                name=_("layers {layers}", layers=band),
                mode="lines",
                line={"color": lr_colour(top), "width": 2.5},
                hovertemplate=_("epoch %{x:.1f}: %{y:.1e}") + "<extra>%{fullData.name}</extra>",
            )
        )
    _set_log_axis(figure, list(trained.groupby("band")["lr"].max()))
    figure.update_layout(**layout(260), xaxis_title=_("epoch"), yaxis_title=_("learning rate"))
    return figure


def _set_log_axis(figure: go.Figure, tops: Sequence[float]) -> None:
    """A logarithmic axis that shows each rate fall by a factor of 30, not down to nothing."""
    axis: dict[str, Any] = {"type": "log", "exponentformat": "power", "dtick": 1}
    if tops:
        axis["range"] = [math.log10(min(tops)) - 1.5, math.log10(max(tops)) + 0.3]
    figure.update_yaxes(**axis)


def _thinned(rows: pd.DataFrame) -> pd.DataFrame:
    step = math.ceil(len(rows) / _MAX_POINTS)
    return rows if step <= 1 else rows.iloc[::step]


def layout(height: int) -> dict[str, Any]:
    return {
        "height": height,
        "margin": dict(_CONFIG_MARGIN),
        "hovermode": "x unified",
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "title": None},
    }


def figure_json(figure: go.Figure) -> str:
    """The figure for pages/widgets/ui/plot.js, without Plotly's template: it is half of the whole,
    and the page puts its own in its place."""
    parts = figure.to_dict()
    parts["layout"].pop("template", None)
    return to_json_plotly(parts)


# --- curves of runs ---------------------------------------------------------------------------


def training_curves(
    histories: Mapping[str, pd.DataFrame],
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    metric: str,
) -> go.Figure:
    """Training curves of runs, by run id. metric: `loss` (training dotted, validation solid) or
    `accuracy` (validation). A history with `val_loss_low` and so on (core.store.groups.mean_curves)
    gets a band there."""
    lines = (
        (("train_loss", _("training"), "dot"), ("val_loss", _("validation"), "solid"))
        if metric == "loss"
        else (("val_accuracy", _("validation"), "solid"),)
    )
    figure = go.Figure()
    for number, (id_, history) in enumerate(histories.items()):
        # Earlier runs are drawn wider beneath later ones, so that equal curves all show.
        width = 2.5 + 2 * (len(histories) - 1 - number) / max(len(histories) - 1, 1)
        for column, title, dash in lines:
            if column not in history:
                continue
            rows = _thinned(history[["epoch", column]].dropna())
            if dash == "solid" and f"{column}_low" in history:
                figure.add_trace(_band(_thinned(history), column, colours[id_]))
            label = escape_label(f"{labels[id_]}, {title}" if len(histories) > 1 else title)
            figure.add_trace(
                go.Scatter(
                    x=rows["epoch"],
                    y=rows[column],
                    name=label,
                    mode="lines+markers" if len(rows) < 3 else "lines",
                    line={
                        "color": colours[id_],
                        "width": width if dash == "solid" else 1.8,
                        "dash": dash,
                    },
                    hovertemplate=("%{y:.0%}" if metric == "accuracy" else "%{y:.3g}")
                    + "<extra>%{fullData.name}</extra>",
                )
            )
    figure.update_layout(**layout(300), xaxis_title=_("epoch"))
    if metric == "accuracy":
        figure.update_yaxes(range=[-0.03, 1.05], tickformat=".0%", title=_("validation accuracy"))
    else:
        figure.update_yaxes(title=_("loss"), rangemode="tozero", exponentformat="e")
    return figure


def _band(rows: pd.DataFrame, column: str, colour: str) -> go.Scatter:
    """From the lowest to the highest of a group's runs."""
    low, high = rows[f"{column}_low"], rows[f"{column}_high"]
    return go.Scatter(
        x=[*rows["epoch"], *rows["epoch"][::-1]],
        y=[*high, *low[::-1]],
        fill="toself",
        fillcolor=colour,
        opacity=0.22,
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )


def recorded_rates(history: pd.DataFrame) -> go.Figure:
    """The learning rates of a run's epochs so far, a line per band (`lr_<band>` of history.csv)."""
    figure, tops = go.Figure(), []
    for column in (name for name in history if str(name).startswith("lr_")):
        rows = _thinned(history.loc[history[column] > 0, ["epoch", column]])
        if rows.empty:
            continue
        tops.append(float(rows[column].max()))
        band = str(column).removeprefix("lr_")
        figure.add_trace(
            go.Scatter(
                x=rows["epoch"],
                y=rows[column],
                name=_("layers {layers}", layers=band),
                mode="lines+markers" if len(rows) < 3 else "lines",
                line={"color": lr_colour(tops[-1]), "width": 2.5},
                hovertemplate="%{y:.1e}<extra>%{fullData.name}</extra>",
            )
        )
    _set_log_axis(figure, tops)
    figure.update_layout(**layout(300), xaxis_title=_("epoch"), yaxis_title=_("learning rate"))
    return figure


def lr_search_curves(curves: pd.DataFrame, suggested: float | None) -> go.Figure:
    """A search for a learning rate (core.store.lr_finder): the loss against the rate, a thin line
    per start, the median of the starts thick in the band that they span, the suggested rate marked.
    Losses far above the lowest are cut off: they only say that the rate was too high."""
    figure = go.Figure()
    if curves.empty:
        return figure
    line = RUN_COLOURS[0]
    common = curves.groupby("step")["smoothed"].agg(["median", "min", "max", "count"])
    # Where one start has stopped the others' median would jump.
    common = common[common["count"] == curves["start"].nunique()]
    lr = curves.groupby("step")["lr"].first().loc[common.index]
    figure.add_trace(
        go.Scatter(
            x=[*lr, *lr[::-1]],
            y=[*common["max"], *common["min"][::-1]],
            fill="toself",
            fillcolor=line,
            opacity=0.15,
            line={"width": 0},
            name=_("spread"),
            hoverinfo="skip",
        )
    )
    for number, (__, rows) in enumerate(curves.groupby("start")):
        figure.add_trace(
            go.Scatter(
                x=rows["lr"],
                y=rows["smoothed"],
                name=_("single starts"),
                mode="lines",
                legendgroup="starts",
                showlegend=number == 0,
                line={"color": GREY, "width": 1},
                hoverinfo="skip",
            )
        )
    figure.add_trace(
        go.Scatter(
            x=lr,
            y=common["median"],
            name=_("median"),
            mode="lines",
            line={"color": line, "width": 3},
            hovertemplate=_("rate %{x:.1e}: loss %{y:.2f}"),
        )
    )
    if suggested is not None:
        mark = {"color": RUN_COLOURS[1], "width": 3, "dash": "dash"}
        figure.add_vline(x=suggested, line=mark)
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
    top = float(common["median"].iloc[0])
    figure.update_layout(**layout(260), xaxis_title=_("learning rate"), yaxis_title=_("loss"))
    figure.update_layout(hovermode="closest")
    figure.update_xaxes(type="log", exponentformat="power", dtick=1)
    figure.update_yaxes(range=[0, 1.6 * top])
    return figure


# --- drift -----------------------------------------------------------------------------------


def drift_bars(layers: pd.DataFrame, colour: str) -> go.Figure:
    """A bar per layer, 1 - CKA to its start: 0 is as it began. Frozen layers are bracketed.

    layers: rows of drift.csv.
    """
    moved = (1 - layers["cka"]).clip(lower=0)
    told = [
        _("no weights")
        if pd.isna(value)
        else _("weights changed by {share}", share=formatting.percent(value))
        for value in layers["weights"]
    ]
    figure = go.Figure(
        go.Bar(
            x=layers["layer"],
            y=moved,
            marker={"color": colour, "line": {"width": 0}},
            customdata=[
                (escape_label(str(n)), words) for n, words in zip(layers["name"], told, strict=True)
            ],
            hovertemplate="<b>%{x} %{customdata[0]}</b><br>"
            + _("moved %{y:.2f}")
            + "<br>%{customdata[1]}<extra></extra>",
        )
    )
    frozen = list(layers.loc[~layers["trained"], "layer"])
    if frozen:
        _bracket(figure, frozen[0], frozen[-1], _("frozen"), 0.06)
    look = layout(210)
    look["hovermode"] = "closest"
    figure.update_layout(**look, showlegend=False, bargap=0.25)
    figure.update_xaxes(
        title=_("layer, photo side on the left"), fixedrange=True, dtick=5, showgrid=False
    )
    figure.update_yaxes(
        title=_("moved (1 \u2212 CKA)"), range=[0, 1.02], fixedrange=True, dtick=0.5
    )
    return figure
