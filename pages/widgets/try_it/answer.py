"""One run's answer to a photo: in words, as bars, and where it looks."""

from pathlib import Path

import streamlit as st

from core.base import formatting, palette
from core.base.language import N_, _
from core.data.label_tables import Box
from core.jobs.preview import client
from core.plots.answer import prediction_bars
from core.store.index import RunRow
from core.store.run import open_run
from core.views.try_it import (
    QueryPhoto,
    cam_alt_text,
    cam_jpeg,
    occlusion_sentences,
    prediction_text,
)
from pages import settings
from pages.widgets.shared import verdict
from pages.widgets.ui import plot

PREDICTED = N_("predicted class")


def show(
    key: str,
    row: RunRow,
    label: str,
    colour_and_marker: tuple[str, palette.Marker],
    photo: QueryPhoto,
    box: Box | None,
    explained_class: str,
) -> None:
    """The answer, and with the box hidden; `explained_class` is the class whose evidence is shown,
    or PREDICTED. colour_and_marker: the run's colour and mark. Raises InputError when the run
    cannot answer."""
    plain, (colour, shape) = formatting.escape_markdown, colour_and_marker
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(palette.dot_html(colour, marker=shape), width="content")
        st.markdown(f"**{plain(label)}**", width="content")
        found = (row.summary or {}).get("verdict")
        if found:
            verdict.chip(str(found))
    corners = None if box is None else (box.x0, box.y0, box.x1, box.y1)
    stamp = f"{row.status.finished} {found}"
    with st.spinner(_("Predicting")):
        answers = _answers(str(settings.runs_dir()), row.id, stamp, photo.data, corners)
    st.markdown("### " + _("Predicts {answer}", answer=plain(prediction_text(answers))))
    for line in occlusion_sentences(answers):
        st.markdown(plain(line))
    name = answers.predicted if explained_class == PREDICTED else explained_class
    if name in answers.probabilities:
        place = list(answers.probabilities).index(name)
        crop = open_run(settings.runs_dir(), row.id).recipe().crop
        words = cam_alt_text(name, label)
        st.image(cam_jpeg(photo, crop, answers.evidence_density[place]), alt=words, width="stretch")
        st.caption(_("Bright areas are evidence for {name}.", name=plain(name)))
    words = _("Probabilities of run {run}: {answer}", run=label, answer=prediction_text(answers))
    plot.show(f"{key}.{row.id}.bars", prediction_bars(answers, colour), words)
    if answers.masked is not None:
        with st.expander(_("What the network was shown"), key=f"{key}.{row.id}.shown"):
            st.image(
                list(answers.masked.pictures),
                width=96,
                caption=[_("mean colour"), _("blur"), _("texture")],
            )
            st.caption(
                _("No way of masking is neutral, so three are used; the prediction is their mean.")
            )


@st.cache_data(max_entries=60, show_spinner=False)
def _answers(
    runs_dir: str,
    run_id: str,
    stamp: str,
    photo: bytes,
    corners: tuple[float, float, float, float] | None,
) -> client.PreviewPrediction:
    del stamp  # makes the cache notice when the run has changed
    box = None if corners is None else Box("box", *corners, visible=1.0)
    return client.request_prediction(Path(runs_dir), run_id, photo, box, settings.check_cancelled)
