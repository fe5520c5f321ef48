"""Scores against the one number that the chosen items vary, as those of a batch do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.compare import tables
from core.compare.varied_key import Varied, VariedScores, varied_number, varied_scores
from core.plots.figures import Figure
from core.plots.varied_key import scores_by_number
from core.store.groups import Group
from pages.widgets.compare import scores
from pages.widgets.shared import run_files
from pages.widgets.shared.snapshot import Look
from pages.widgets.ui import plot


def show(key: str, items: Sequence[Group], colours: Mapping[str, str], look: Look) -> None:
    """A figure of accuracy and one of lift; nothing where more than a number differs."""
    varied = varied_number(items)
    if varied is None:
        return
    of = [*(item.id for item in items), *run_files.marks("controls.json", items)]
    controls = scores.controls_of(items)
    found = look.made("varied", of, lambda: varied_scores(items, varied, controls))
    if found is None:
        return
    name = formatting.plain_markdown(found.set_name)
    title = translate(str(found.shown["title"].iloc[0]))
    st.subheader(_("By {key}", key=formatting.plain_markdown(varied.title)), anchor=False)
    drawn = [*of, *(colours[item.id] for item in items)]
    accuracy, lift = st.columns(2)
    with accuracy:
        st.markdown(
            _("**{set}, {score}**, and validation", set=name, score=title),
            help=translate(tables.SCORE_WORDS["object"]),
        )
        figure = look.made("accuracy_by_number", drawn, lambda: _accuracy(found, varied, colours))
        told = _("by {key}", key=varied.title)
        plot.show(f"{key}.accuracy", figure, told, f"by {varied.key}")
    if len(found.lift):
        with lift:
            st.markdown(_("**{set}, lift**", set=name), help=translate(tables.LIFT_WORDS))
            figure = look.made("lift_by_number", drawn, lambda: _lift(found, varied, colours))
            told = _("lift by {key}", key=varied.title)
            plot.show(f"{key}.lift", figure, told, f"lift-by-{varied.key}")
    st.caption(
        _(
            "Point: mean over an item's runs, a small dot each. Bar: from the lowest to the "
            "highest of them; of a run alone its 95 % interval. Thick grey line: what needs no "
            "training."
        )
    )


def _accuracy(found: VariedScores, varied: Varied, colours: Mapping[str, str]) -> Figure:
    title = translate(str(found.shown["title"].iloc[0]))
    lines = [(title, found.shown), (_("validation accuracy"), found.validation)]
    return scores_by_number(lines, colours, varied.title, logarithmic=varied.logarithmic)


def _lift(found: VariedScores, varied: Varied, colours: Mapping[str, str]) -> Figure:
    return scores_by_number(
        [(_("lift"), found.lift)],
        colours,
        varied.title,
        ".1f",
        2.0,
        varied.logarithmic,
        _("evidence strewn evenly"),
    )
