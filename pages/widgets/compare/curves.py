"""The training curves of the chosen items: their controls react without loading the page anew."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.base.language import N_, _, translate
from core.compare.colours import MAX_COLOURS, ColourScheme
from core.compare.curves import AXES, MANY, Axis, build_lines, curve_table, has_zero_loss
from core.plots.curves import curve_panels
from core.store.groups import Group
from pages.widgets.compare import many_curves
from pages.widgets.compare.many_curves import show_missing
from pages.widgets.shared import run_files
from pages.widgets.ui import figure, url_state

_SMOOTHING_HELP = N_(
    "Each point becomes the mean of itself and those before it, each of which counts this many "
    "times as much as the one after it: 0 leaves the curve as it is, .9 averages over about ten "
    "points. The curve as it was stays faintly behind."
)


def show(key: str, selected: Sequence[Group], colour_scheme: ColourScheme) -> None:
    """Loss above accuracy on one axis: a zoom in one is a zoom in all."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        names = {"epoch": _("epoch"), "step": _("step"), "seconds": _("seconds")}
        axis: Any = url_state.segments(
            "axis",
            _("Along"),
            AXES,
            "epoch",
            format_func=names.__getitem__,
            help=_(
                "A step is one batch of photos. Seconds count from the run's start, with the "
                "time that reading photos and computing features took."
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
        log = st.toggle(_("Log scale of the losses"), key="log", bind="query-params")
    ids = [row.id for item in selected for row in item.members if not row.problem]
    files = (
        run_files.read("history.csv", ids),
        run_files.read("batches.csv", ids if axis == "step" else ()),
        run_files.read("timing.csv", ids if axis == "seconds" else ()),
    )
    if len(selected) >= MANY:
        many_curves.show(key, selected, colour_scheme, files, axis, smoothing, log)
        return
    lines = build_lines(selected, *files, axis, smoothing)
    if not lines:
        show_missing(axis)
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
        words.append(_("A loss of exactly 0 is drawn at the foot: a log scale has no 0."))
    st.caption(" ".join(words))


def _caption_lines(
    selected: Sequence[Group], colour_scheme: ColourScheme, axis: Axis, missing: int
) -> list[str]:
    """What the figure shows and how it is used."""
    many = len(selected) > MAX_COLOURS
    words = [_("Drag across to zoom all panels, double-click to come back.")]
    if many:
        words.append(_("Point at a line: its run is named and lit up in every panel."))
    else:
        words.insert(0, _("Solid: validation. Dotted: training."))
        if any(marker.dash for marker in colour_scheme.markers.values()):
            words.insert(1, _("Dashes and points part runs of one colour."))
    if axis == "step":
        words.append(
            _("Training loss is that of every batch; validation is measured once an epoch.")
        )
    if any(item.repeats > 1 for item in selected):
        words.append(
            _("A group's line is the mean over its runs.")
            if many
            else _(
                "A group's line is the mean over its runs, its band goes from the lowest to "
                "the highest."
            )
        )
    if missing:
        words.append(_("{count} without such a curve are left out.", count=missing))
    return words
