"""Scores against the one number that the chosen items vary, as those of a batch do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core import tables, text
from core.store.groups import Group
from core.varied import varied_number, varied_scores
from core.varied_chart import scores_by_number
from pages.widgets import plot, scores


def show(key: str, items: Sequence[Group], colours: Mapping[str, str]) -> None:
    """A figure of accuracy and one of lift; nothing where more than a number differs."""
    varied = varied_number(items)
    if varied is None:
        return
    found = varied_scores(items, varied, scores.controls_of(items))
    if found is None:
        return
    name = text.plain_markdown(found.set_name)
    title = str(found.shown["title"].iloc[0])
    st.subheader(f"By {text.plain_markdown(varied.key)}", anchor=False)
    accuracy, lift = st.columns(2)
    with accuracy:
        st.markdown(f"**{name}, {title}**, and validation", help=tables.SCORE_WORDS["object"])
        lines = [(title, found.shown), ("validation accuracy", found.validation)]
        figure = scores_by_number(lines, colours, varied.key, logarithmic=varied.logarithmic)
        plot.show(f"{key}.accuracy", figure, f"by {varied.key}", f"by {varied.key}")
    if len(found.lift):
        with lift:
            st.markdown(f"**{name}, lift**", help=tables.LIFT_WORDS)
            figure = scores_by_number([("lift", found.lift)], colours, varied.key, ".1f", 2.0,
                                      varied.logarithmic, "evidence strewn evenly")  # fmt: skip
            plot.show(f"{key}.lift", figure, f"lift by {varied.key}", f"lift by {varied.key}")
    st.caption(
        "Point: mean over an item's runs, a small dot each. Bar: from the lowest to the highest of "
        "them; of a run alone its 95 % interval. Thick grey line: what needs no training."
    )
