"""The letter on a run: finding, evidence as small pictures, what to try next."""

from __future__ import annotations

import streamlit as st

from core.base import formatting, palette
from core.base.language import _, translate
from core.plots import figures
from core.plots import scores as score_charts
from core.views.diagnosis_pictures import Picture
from core.views.diagnosis_report import Evidence, Letter, rules_table, thresholds_table
from pages.widgets.ui import plot

_WIDTHS = {"finds": 92, "looks": 235, "needs": 150}  # pixels of a picture


def show(key: str, letter: Letter, colour: str) -> None:
    """Draws it in the run's colour."""
    _finding(letter)
    if letter.problem:
        st.warning(formatting.plain_markdown(letter.problem), icon=":material/broken_image:")
    st.subheader(_("How we know"), anchor=False)
    if letter.set_name:
        st.caption(
            _(
                "The test set {set} decides. Pictures are typical for the run, not the worst.",
                set=formatting.plain_markdown(letter.set_name),
            )
        )
    for piece in letter.evidence:
        with st.container(border=True):
            if not piece.pictures and piece.key not in ("validation", "finds", "drift"):
                _words(piece)
                continue
            left, right = st.columns([2, 3], gap="medium", vertical_alignment="center")
            with left:
                _words(piece)
            with right:
                _pictures(f"{key}.{piece.key}", piece, letter, colour)
    st.subheader(_("What to try next"), anchor=False)
    st.markdown("\n".join(f"1. {formatting.plain_markdown(line)}" for line in letter.advice))


def _finding(letter: Letter) -> None:
    st.subheader(letter.meaning, anchor=False)
    st.markdown(formatting.plain_markdown(letter.finding))
    with st.expander(
        _("Why this verdict: {rule}", rule=formatting.plain_markdown(translate(letter.rule))),
        icon=":material/rule:",
    ):
        st.caption(
            _(
                "The rules are read from the top; the first that fires decides. A sign is one of "
                "the three questions below, asked of each labelled test set."
            )
        )
        st.table(rules_table(letter.rule), border="horizontal", hide_index=True)
        st.table(thresholds_table(), border="horizontal", hide_index=True)


def _words(piece: Evidence) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{piece.question}**", width="content")
        if piece.good is not None:
            label, icon, colour = (
                (_("good"), ":material/check:", "green")
                if piece.good
                else (_("bad"), ":material/close:", "red")
            )
            st.badge(label, icon=icon, color=colour)  # type: ignore[arg-type]
        elif piece.counts:
            st.badge(_("cannot tell"), icon=":material/help:", color="gray")
        else:
            st.badge(_("not part of the verdict"), icon=":material/info:", color="gray")
    st.markdown(formatting.plain_markdown(piece.words))
    if piece.note:
        st.caption(formatting.plain_markdown(piece.note))


def _pictures(key: str, piece: Evidence, letter: Letter, colour: str) -> None:
    if piece.key == "validation" and not letter.history.empty:
        figure = figures.curves({key: letter.history}, {key: ""}, {key: colour}, "loss")
        plot.show(key, figure.update_layout(height=190), _("Loss in training and validation"))
    elif piece.key == "drift":
        plot.show(key, figures.drift_bars(letter.layers, colour), _("How far each layer moved"))
    if piece.pictures:
        with st.container(horizontal=True, gap="small"):
            for picture in piece.pictures:
                _picture(picture, _WIDTHS[piece.key])
    if piece.key == "finds" and len(letter.controls) > 1:
        _controls(f"{key}.controls", letter, colour)
    if piece.key == "needs" and piece.pictures:
        st.caption(_("Answers are means over three ways of painting over; one is shown."))


def _picture(picture: Picture, width: int) -> None:
    mark = {True: ":green[:material/check:] ", False: ":red[:material/close:] ", None: ""}
    with st.container(width=width):
        st.image(picture.jpeg, alt=picture.alt, width=width)
        st.caption(mark[picture.good] + formatting.plain_markdown(picture.caption))


def _controls(key: str, letter: Letter, colour: str) -> None:
    scores = letter.controls
    paint = {run: colour if run == "run" else palette.GREY for run in scores["run"]}
    figure = score_charts.score_dots(scores, paint).update_layout(height=160)
    plot.show(key, figure, _("The share of objects it finds, beside what costs no training"))
    st.caption(
        _(
            "Line: 95 % interval. Grey mark: one answer for all. Grey dots: a plain classifier on "
            "features that never saw these photos."
        )
    )
