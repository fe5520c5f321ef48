"""Capture: labelled photos from elsewhere in minutes, answered at once by one or two runs."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.files import quick_fingerprint
from core.base.language import _
from core.capture import answers
from core.capture import session as sessions
from core.capture.asking import Request
from core.capture.session import Session
from core.compare import tables
from core.data.dataset import read_dataset
from core.data.dataset_names import CAPTURE_LOG
from pages import settings
from pages.widgets.capture import actions, begin, phones, photos, tally, turn
from pages.widgets.shared import access, score_again, selection
from pages.widgets.ui import messages

KEY = "capture"
POLL_SECONDS = 1.0


def show_session(session: Session, request: Request | None, labels: Mapping[str, str]) -> None:
    """The request and the tally, the photo that was taken last, all photos, what comes after."""
    show_head(session)
    actions.show_problems()
    if problem := answers.answering_problem(session):
        messages.show_error(problem)
    left, right = st.columns([1, 2], gap="medium")
    with left:
        if not session.ended:
            with st.container(border=True):
                turn.show(f"{KEY}.next", session, request)
        tally.show(session, labels)
        if not session.ended and not access.is_restricted("upload"):
            phones.show(f"{KEY}.phones", session)
    with right:
        photos.show(f"{KEY}.photos", session, labels)
    if session.pictures and not access.is_restricted("label"):
        show_after(session)


def show_head(session: Session) -> None:
    """Title: which set it is, that it has ended, and the ways out of it."""
    data, name = session.dataset_root.name, session.set_name
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(_("Capture"), anchor=False, width="content")
        st.caption(formatting.escape_markdown(f"{data} / {name}"), width="content")
        if session.ended:
            st.badge(_("ended"), icon=":material/stop_circle:", color="gray")
        st.space("stretch")
        if session.ended:
            resume = sessions.begin, session.dataset_root, (), name
            actions.add_button(
                f"{KEY}.resume", _("Continue"), "play_arrow", *resume, type="primary"
            )
        else:
            why = _("Phones can no longer send photos. You can continue later.")
            end = sessions.end, session
            actions.add_button(f"{KEY}.end", _("End session"), "stop_circle", *end, help=why)
        actions.add_button(f"{KEY}.leave", _("Other sets"), "arrow_back", begin.leave)


def show_after(session: Session) -> None:
    """All finished runs are scored on the set; where that is read."""
    st.subheader(_("Use this set"), anchor=False)
    dataset, runs = read_dataset(session.dataset_root), session.runs
    link = {"run": runs[0], "runs": ",".join(runs), "set": session.set_name}
    score_again.show(f"{KEY}.score", dataset, link)
    st.page_link(
        "data.py",
        label=_("Labels and boxes"),
        icon=":material/photo_library:",
        query_params={"data": dataset.root.name, "set": session.set_name},
        help=_("With boxes, a run is also judged by where it looks."),
    )


def poll(session: Session, drawn: tuple[str, str]) -> None:
    """Has waiting photos answered, and draws the page anew once the session has changed."""
    answers.ensure_answering(settings.runs_dir(), session)
    if (log_fingerprint(session.folder), answers.answering_problem(session)) != drawn:
        st.rerun()


def log_fingerprint(folder: Path) -> str:
    """Changes with the session."""
    return quick_fingerprint(folder / CAPTURE_LOG)


def show_page() -> None:
    """The session of the link, or the choice of one."""
    rows = selection.all_runs()
    labels = tables.labels_by_id(rows)
    folder = None if access.is_restricted("capture") else begin.linked_folder()
    if folder is None:
        st.title(_("Capture"), anchor=False)
        st.caption(
            _(
                "Collect photos from elsewhere in minutes. Each prompt names an object and "
                "a situation, so every photo is labelled as you take it, and your runs "
                "predict it at once."
            )
        )
        if not access.show_restriction("capture"):
            actions.show_problems()
            begin.show(f"{KEY}.begin", rows, labels)
        return
    session = sessions.open_session(folder)
    request = dict(session.open).get("")  # this page's; phones have names
    if request is None and not session.ended:
        request = sessions.ask(session)
    before = log_fingerprint(folder)  # what changes while the page is drawn is drawn next
    session = sessions.open_session(folder)
    drawn = before, answers.answering_problem(session)
    begin.open_(session)
    show_session(session, request, labels)
    st.fragment(poll, run_every=POLL_SECONDS)(session, drawn)


try:
    show_page()
except InputError as error:
    messages.show_error(error)
