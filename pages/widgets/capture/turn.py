"""One turn: the photo that is asked for, and the ways to give it."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, translate
from core.capture import session as sessions
from core.capture.asking import Request, request_text
from core.capture.intake import MAX_BYTES
from core.capture.session import Picture, Session
from core.data.dataset import BACKGROUND
from pages.widgets.capture import actions

_FILES, _CAMERA = N_("Choose files"), N_("Take photo")
_TYPES = ["jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff", "heic", "heif"]
_RETAKE, _ROUND = "capture.retake.", "capture.round"  # no widgets' keys


def show(key: str, session: Session, request: Request | None) -> None:
    """What to photograph now, and takes what is sent. request: of sessions.ask."""
    request = st.session_state.get(_RETAKE + session.id, request)
    if request is None:
        st.info(_("You have none of these objects, so there is nothing left to photograph."))
        return
    what = formatting.escape_markdown(request_text(request))
    st.header(_("Photograph {what}", what=what), anchor=False)
    if request.label == BACKGROUND:
        names = _(", ").join(name for name in session.classes if name != BACKGROUND)
        names = formatting.escape_markdown(names)
        st.caption(_("A photo that shows none of {names}.", names=names))
    source = st.segmented_control(
        _("Photo source"),
        [_FILES, _CAMERA],
        default=_FILES,
        required=True,
        key=f"{key}.how",
        format_func=translate,
        label_visibility="collapsed",
    )
    # Another number makes another widget: one that is empty.
    widget = f"{key}.{source}.{st.session_state.setdefault(_ROUND, 0)}"
    hidden: Any = {"key": widget, "label_visibility": "collapsed"}
    if source == _CAMERA:
        taken = st.camera_input(_("Take photo"), resolution="1080p", **hidden)
        sent = [] if taken is None else [taken]
    else:
        megabytes = MAX_BYTES // 1_000_000
        sent = st.file_uploader(_("Files"), _TYPES, True, max_upload_size=megabytes, **hidden)
    if sent:
        _add(session, request, sent)
    with st.container(horizontal=True):
        for name, label, icon, change, help_ in (
            ("skip", _("Skip"), "skip_next", sessions.skip, None),
            (
                "lacking",
                _("I don't have it"),
                "block",
                sessions.lacking,
                _("You will not be asked for it again."),
            ),
        ):
            actions.add_button(
                f"{key}.{name}", label, icon, _pass_over, change, session, request, help=help_
            )


def retake(session: Session, picture: Picture) -> None:
    """Throws a photo away and asks for it again."""
    sessions.remove(session, picture.id)
    st.session_state[_RETAKE + session.id] = Request(picture.label, picture.circumstance)


def _add(session: Session, request: Request, sent: Sequence[Any]) -> None:
    """Takes photos of what was asked for, and begins anew."""
    problems = []
    bar = st.progress(0.0)
    for number, file in enumerate(sent, 1):
        facts = {"upload_id": file.file_id, "file_name": file.name}
        try:
            sessions.add_photo(session, request, file.getvalue(), **facts)
        except InputError as error:
            problems.append(str(error))
        words = _("{done} of {total} photos", done=number, total=len(sent))
        bar.progress(number / len(sent), text=words)
    actions.report(problems)
    st.session_state[_ROUND] += 1
    if len(problems) < len(sent):
        st.session_state.pop(_RETAKE + session.id, None)
        st.query_params.pop(actions.PHOTO_PARAM, None)
    st.rerun()


def _pass_over(change: Any, session: Session, request: Request) -> None:
    """Leads to the next request without a photo."""
    if st.session_state.pop(_RETAKE + session.id, None) is None:
        change(session, request.id)
