"""One run's answer to a photo: in words, as bars, and where it looks."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.base import formatting, palette
from core.base.language import N_, _
from core.data.label_tables import Box
from core.jobs.preview import client
from core.plots.answer import answer_bars
from core.store.index import RunRow
from core.store.run import open_run
from core.views.try_it import TriedPhoto, cam_picture, cam_words, hidden_words, says
from pages import settings
from pages.widgets.shared import verdict
from pages.widgets.ui import plot

PREDICTED = N_("what it says")


def show(
    key: str,
    row: RunRow,
    label: str,
    look: tuple[str, palette.Mark],
    photo: TriedPhoto,
    box: Box | None,
    explain: str,
) -> None:
    """The answer, and with the box hidden; `explain` is the class whose evidence is shown, or
    PREDICTED. look: the run's colour and mark. Raises InputError when the run cannot answer."""
    plain, (colour, shape) = formatting.plain_markdown, look
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(palette.dot(colour, mark=shape), width="content")
        st.markdown(f"**{plain(label)}**", width="content")
        found = (row.summary or {}).get("verdict")
        if found:
            verdict.chip(str(found))
    corners = None if box is None else (box.x0, box.y0, box.x1, box.y1)
    stamp = f"{row.status.finished} {found}"
    with st.spinner(_("Asking the run")):
        answers = _answers(str(settings.runs_dir()), row.id, stamp, photo.data, corners)
    st.markdown("### " + _("Says {answer}", answer=plain(says(answers))))
    for line in hidden_words(answers):
        st.markdown(plain(line))
    name = answers.predicted if explain == PREDICTED else explain
    if name in answers.probabilities:
        place = list(answers.probabilities).index(name)
        crop = open_run(settings.runs_dir(), row.id).recipe().crop
        words = cam_words(name, label)
        st.image(cam_picture(photo, crop, answers.density[place]), alt=words, width="stretch")
        st.caption(_("Bright: evidence for {name}.", name=plain(name)))
    words = _("Probabilities of run {run}: {answer}", run=label, answer=says(answers))
    plot.show(f"{key}.{row.id}.bars", answer_bars(answers, colour), words)
    if answers.hidden is not None:
        with st.expander(_("What it was shown"), key=f"{key}.{row.id}.shown"):
            st.image(
                list(answers.hidden.pictures),
                width=96,
                caption=[_("mean colour"), _("blur"), _("texture")],
            )
            st.caption(
                _("No way of hiding is neutral, so there are three; the answer is their mean.")
            )


@st.cache_data(max_entries=60, show_spinner=False)
def _answers(
    runs_dir: str,
    run_id: str,
    stamp: str,
    photo: bytes,
    corners: tuple[float, float, float, float] | None,
) -> client.Answers:
    del stamp  # makes the cache notice when the run has changed
    box = None if corners is None else Box("box", *corners, visible=1.0)
    return client.ask_answers(Path(runs_dir), run_id, photo, box, settings.let_go)
