"""The training curves of the chosen items: their controls react without loading the page anew."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.base.language import N_, _, translate
from core.compare.colours import MAX_COLOURS, ColourScheme
from core.compare.curves import (
    AXES,
    EXTREMES,
    MANY,
    MAX_LINES,
    Axis,
    build_lines,
    curve_matrices,
    curve_table,
    has_zero_loss,
    matrix_table,
    ranked_by,
)
from core.plots.curves import curve_panels, many_curve_panels
from core.store.fields import field_info
from core.store.groups import Group
from core.store.query import QueryError, filter_rows, vocabulary
from pages.widgets.shared import run_files
from pages.widgets.shared.cached import cached
from pages.widgets.shared.run_files import RunFiles
from pages.widgets.ui import figure, messages, url_state

_SMOOTHING_HELP = N_(
    "Moving average: each earlier point counts this many times as much as the one after "
    "it. 0 leaves the curve as it is; .9 averages over about ten points. The original "
    "curve stays faintly visible."
)
_matrices = cached(curve_matrices)


def show(key: str, selected: Sequence[Group], colour_scheme: ColourScheme) -> None:
    """Loss above accuracy on one axis: a zoom in one is a zoom in all."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        names = {"epoch": _("epoch"), "step": _("step"), "seconds": _("seconds")}
        axis: Any = url_state.segments(
            "axis",
            _("X axis"),
            AXES,
            "epoch",
            format_func=names.__getitem__,
            help=_(
                "A step is one batch of photos. Seconds count from the start of the run, "
                "including reading photos and computing features."
            ),
        )
        smoothing = st.slider(
            _("Smoothing"),
            0.0,
            0.95,
            0.0,
            0.05,
            key="smooth",
            width=220,
            bind="query-params",
            help=translate(_SMOOTHING_HELP),
        )
        log = st.toggle(_("Log scale for losses"), key="log", bind="query-params")
    ids = [row.id for item in selected for row in item.members if not row.problem]
    files = (
        run_files.read("history.csv", ids),
        run_files.read("batches.csv", ids if axis == "step" else ()),
        run_files.read("timing.csv", ids if axis == "seconds" else ()),
    )
    if len(selected) >= MANY:
        _show_many(key, selected, colour_scheme, files, axis, smoothing, log)
        return
    lines = build_lines(selected, *files, axis, smoothing)
    if not lines:
        _show_missing(axis)
        return
    titles = {item.id: item.title for item in selected}
    panels = curve_panels(lines, titles, colour_scheme, axis, log, raw=smoothing > 0)
    figure.show(
        key,
        panels,
        lambda: curve_table(lines, titles, axis),
        N_("curves by {axis}").format(axis=axis),
    )
    without = len(selected) - len({line.item for line in lines})
    words = _caption_lines(selected, colour_scheme, axis, without)
    if log and has_zero_loss(lines):
        words.append(_("A loss of exactly 0 is drawn at the bottom because a log scale has no 0."))
    st.caption(" ".join(words))


def _caption_lines(
    selected: Sequence[Group], colour_scheme: ColourScheme, axis: Axis, missing: int
) -> list[str]:
    """What the figure shows and how it is used."""
    many = len(selected) > MAX_COLOURS
    words = [_("Drag across to zoom all panels; double-click to reset.")]
    if many:
        words.append(_("Hover over a line to see its run, highlighted in every panel."))
    else:
        words.insert(0, _("Solid: validation. Dotted: training."))
        if any(marker.dash for marker in colour_scheme.markers.values()):
            words.insert(1, _("Dashes and markers distinguish runs of the same colour."))
    if axis == "step":
        words.append(_("Training loss is per batch; validation is measured once per epoch."))
    if any(item.repeats > 1 for item in selected):
        words.append(
            _("A group's line is the mean of its runs.")
            if many
            else _(
                "A group's line is the mean of its runs; its band spans the lowest to the highest."
            )
        )
    if missing:
        words.append(_("Excluded, without this curve: {count}.", count=missing))
    return words


def _show_many(
    key: str,
    selected: Sequence[Group],
    colour_scheme: ColourScheme,
    files: tuple[RunFiles, RunFiles, RunFiles],
    axis: Axis,
    smoothing: float,
    log: bool,
) -> None:
    """A panel per curve. files: history, batches and timing of every run."""
    matrices = _matrices(selected, *files, axis, smoothing)
    if not matrices:
        _show_missing(axis)
        return
    by, ranked = ranked_by(selected)
    extremes = [*ranked[:EXTREMES], *ranked[EXTREMES:][-EXTREMES:]]
    found = _search(selected)
    if found is not None:  # the best of them first
        found = [id_ for id_ in ranked if id_ in found] + [
            id_ for id_ in found if id_ not in ranked
        ]
    drawn = extremes if found is None else found[:MAX_LINES]
    titles = {item.id: item.title for item in selected}
    figure.show(
        key,
        many_curve_panels(matrices, titles, colour_scheme, drawn, axis, log),
        lambda: matrix_table(matrices, titles, axis),
        N_("curves by {axis}").format(axis=axis),
    )
    words = [
        _("Grey: range of all {count} runs.", count=len(selected)),
        _("Coloured bands: middle 50% of the runs of each colour; thick line: median."),
    ]
    if found is not None:
        words.append(
            _("Thin lines: {shown} of {count} matches.", shown=len(drawn), count=len(found))
        )
    elif drawn:
        words.append(
            _(
                "Thin lines: the best and worst {count} by {score}.",
                count=EXTREMES,
                score=translate(field_info(by).title),
            )
        )
    words.append(_("Hover anywhere to see one run. Drag across to zoom; double-click to reset."))
    st.caption(" ".join(words))


def _show_missing(axis: Axis) -> None:
    """Says that there is nothing to draw along the axis."""
    st.caption(
        {
            "epoch": _("No selected run has finished an epoch yet."),
            "step": _("The selected runs have no recorded steps. Choose epoch."),
            "seconds": _("The selected runs have no recorded seconds. Choose epoch."),
        }[axis]
    )


def _search(selected: Sequence[Group]) -> list[str] | None:
    """The ids of the items with a run that the search box finds; None without a search."""
    query = st.text_input(
        _("Highlight runs"),
        key="find",
        bind="query-params",
        width=320,
        placeholder=_("a word, objects>60%, mixup=0.2"),
        help=_("Same search as on the Runs page. Matching runs are drawn as lines over the bands."),
    )
    if not query:
        return None
    rows = [row for item in selected for row in item.members]
    try:
        found = {row.id for row in filter_rows(rows, query, vocabulary(rows))}
    except QueryError as error:
        messages.show_error(error)
        return []
    return [item.id for item in selected if any(row.id in found for row in item.members)]
