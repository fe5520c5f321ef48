"""The letter on a run: finding, evidence as small pictures, what to try next."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting, palette
from core.base.language import _, translate
from core.jobs.preview import client
from core.plots import figures
from core.plots import scores as score_charts
from core.store.run import Run
from core.views.diagnosis_pictures import Picture, choose_examples
from core.views.diagnosis_report import DiagnosisReport, Evidence, rules_table, thresholds_table
from pages import settings
from pages.widgets.shared import access, preview_wait
from pages.widgets.ui import lazy_expander, messages, plot

_WIDTHS = {"finds": 92, "looks": 235, "needs": 150}  # pixels of a picture
_MARKS = {True: ":green[:material/check:] ", False: ":red[:material/close:] ", None: ""}


def show(key: str, report: DiagnosisReport, run: Run, colour: str) -> None:
    """Draws it in the run's colour."""
    _finding(report)
    if report.problem:
        st.warning(formatting.escape_markdown(report.problem), icon=":material/broken_image:")
    st.subheader(_("How we know"), anchor=False)
    if report.set_name:
        st.caption(
            _(
                "Decided by the test set {set}. The pictures are typical of the run, not "
                "its worst.",
                set=formatting.escape_markdown(report.set_name),
            )
        )
    for piece in report.evidence:
        with st.container(border=True):
            if not piece.pictures and piece.key not in ("validation", "finds", "drift"):
                _show_evidence(piece)
                if piece.key == "shifted":
                    show_shifted(f"{key}.shifted", run, _WIDTHS["needs"])
                continue
            left, right = st.columns([2, 3], gap="medium", vertical_alignment="center")
            with left:
                _show_evidence(piece)
            with right:
                _pictures(f"{key}.{piece.key}", piece, report, colour)
    st.subheader(_("What to try next"), anchor=False)
    st.markdown("\n".join(f"1. {formatting.escape_markdown(line)}" for line in report.advice))


def _finding(report: DiagnosisReport) -> None:
    st.subheader(report.meaning, anchor=False)
    st.markdown(formatting.escape_markdown(report.finding))
    with st.expander(
        _("Why this verdict: {rule}", rule=formatting.escape_markdown(translate(report.rule))),
        icon=":material/rule:",
    ):
        st.caption(
            _(
                "The rules are checked from the top; the first one that applies decides. A "
                "criterion is one of the three questions below, judged on each labelled "
                "test set."
            )
        )
        st.table(rules_table(report.rule), border="horizontal", hide_index=True)
        st.table(thresholds_table(), border="horizontal", hide_index=True)


def _show_evidence(evidence: Evidence) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{evidence.question}**", width="content")
        if evidence.good is not None:
            label, icon, colour = (
                (_("good"), ":material/check:", "green")
                if evidence.good
                else (_("bad"), ":material/close:", "red")
            )
            st.badge(label, icon=icon, color=colour)  # type: ignore[arg-type]
        elif evidence.used_by_verdict:
            st.badge(_("cannot tell"), icon=":material/help:", color="gray")
        else:
            st.badge(_("not used by the verdict"), icon=":material/info:", color="gray")
    st.markdown(formatting.escape_markdown(evidence.text))
    if evidence.note:
        st.caption(formatting.escape_markdown(evidence.note))


def _pictures(key: str, evidence: Evidence, report: DiagnosisReport, colour: str) -> None:
    if evidence.key == "validation" and not report.history.empty:
        figure = figures.training_curves(report.history, colour, "loss")
        plot.show(key, figure.update_layout(height=190), _("Training and validation loss"))
    elif evidence.key == "drift":
        plot.show(key, figures.drift_bars(report.layers, colour), _("How much each layer changed"))
    _show_pictures(evidence.pictures, _WIDTHS.get(evidence.key, 0))
    if evidence.key == "finds" and len(report.controls) > 1:
        _controls(f"{key}.controls", report, colour)
    if evidence.key == "needs" and evidence.pictures:
        st.caption(_("Predictions are averaged over three ways of masking; one is shown."))


def _controls(key: str, report: DiagnosisReport, colour: str) -> None:
    scores = report.controls
    paint = {run: colour if run == "run" else palette.GREY for run in scores["run"]}
    figure = score_charts.score_dots(scores, paint).update_layout(height=160)
    plot.show(key, figure, _("Fraction of objects found, compared with what costs no training"))
    st.caption(
        _(
            "Line: 95% interval. Grey mark: always giving the same answer. Grey dots: a "
            "plain classifier on features learned without these photos."
        )
    )


def _show_pictures(pictures: Sequence[Picture], width: int) -> None:
    """Side by side, `width` pixels each; a mark says whether the answer in a caption is right."""
    if not pictures:
        return
    with st.container(horizontal=True, gap="small"):
        for picture in pictures:
            with st.container(width=width):
                st.image(picture.jpeg, alt=picture.alt, width=width)
                st.caption(_MARKS[picture.correct] + formatting.escape_markdown(picture.caption))


def show_shifted(key: str, run: Run, width: int) -> None:
    """The pictures, `width` pixels each, once somebody asks for them."""
    title = _("Examples of these views, with predictions")
    box = lazy_expander.show(f"{key}.{run.id}", title, ":material/photo_library:")
    if box is None:
        return
    with box, messages.show_errors():
        if access.show_restriction("preview") or not preview_wait.show(key):
            return
        asked = choose_examples(run.shifted())
        files = [(one.family, one.file, one.view) for one in asked]
        found = client.request_shifted(settings.runs_dir(), run.id, files, settings.check_cancelled)
        st.caption(
            _("Chosen by a fixed rule: correct and incorrect ones of each kind, where available.")
        )
        _show_pictures([one.picture(jpeg) for one, jpeg in zip(asked, found, strict=True)], width)
