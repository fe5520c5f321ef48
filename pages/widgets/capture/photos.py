"""The photos of a session: one large with each run's answer, and all of them, newest first."""

from collections.abc import Mapping

import streamlit as st

from core.base import formatting, palette
from core.base.errors import InputError
from core.base.language import _, ngettext
from core.capture import session as sessions
from core.capture.answers import read_map
from core.capture.asking import Request, class_text, request_text
from core.capture.session import Picture, Session, warning_texts
from core.data.photos import jpeg_bytes
from core.store.run import open_run
from core.views.heat_map import display_view, heat_map
from core.views.try_it import cam_alt_text
from pages import settings
from pages.widgets.capture import actions, turn

_SIDE, _TILE = 960, 132  # pixels: of a photo's longer side, and of a small one on the page
_FEW = 24  # photos that are shown at first
_MARKS = {
    True: ":green[:material/check_circle:]",
    False: ":red[:material/cancel:]",
    None: ":gray[:material/hourglass_top:]",
}


def show(key: str, session: Session, labels: Mapping[str, str]) -> None:
    """Nothing before the first photo. labels: the runs' names, by id."""
    newest_first = session.pictures[::-1]
    if not newest_first:
        return
    linked = st.query_params.get(actions.PHOTO_PARAM, "")
    shown = next((each for each in newest_first if each.id == linked), newest_first[0])
    with st.container(border=True):
        _show_large(key, session, shown, labels)
    count = len(newest_first)
    st.subheader(ngettext("1 photo", "{count} photos", count), anchor=False)
    if len(session.runs) == 2:
        a, b = (formatting.escape_markdown(labels.get(run, run)) for run in session.runs)
        st.caption(_("Left mark: {a}. Right mark: {b}.", a=a, b=b))
    everything = st.session_state.get(f"{key}.all", False)
    with st.container(horizontal=True, gap="small"):
        for picture in newest_first[: count if everything else _FEW]:
            with st.container(width=_TILE, gap=None):
                _show_tile(key, session, picture)
    if count > _FEW:
        st.toggle(_("Show all"), key=f"{key}.all")


def show_run_name(session: Session, run: str, labels: Mapping[str, str]) -> None:
    """The run's dot and name, for a horizontal container."""
    colours = {each: palette.run_colour(each) for each in session.runs}
    marker = palette.assign_markers(colours)[run]
    st.html(palette.dot_html(colours[run], marker=marker), width="content")
    st.markdown(f"**{formatting.escape_markdown(labels.get(run, run))}**", width="content")


def _show_large(key: str, session: Session, picture: Picture, labels: Mapping[str, str]) -> None:
    left, *columns = st.columns([4, *(3 for __ in session.runs)], gap="medium")
    with left:
        told = _show_image(session, picture, _SIDE, False)
        if picture.name:
            told = _("{what}, by {name}", what=told, name=picture.name)
        st.caption(formatting.escape_markdown(told))
        if picture.unsettled_warnings:
            _show_warnings(key, session, picture)
        if not session.ended:
            _show_changes(key, session, picture)
    for column, run in zip(columns, session.runs, strict=True):
        with column:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                show_run_name(session, run, labels)
            _show_answer(session, picture, run, labels.get(run, run))


def _show_tile(key: str, session: Session, picture: Picture) -> None:
    told = _show_image(session, picture, 2 * _TILE, True)
    marks = "".join(_MARKS[picture.right(run)] for run in session.runs)
    warning = ":orange[:material/warning:]" if picture.unsettled_warnings else ""
    label = f"{marks}{warning} {formatting.escape_markdown(class_text(picture.label))}"
    choose = {actions.PHOTO_PARAM: picture.id}
    name = f"{key}.{picture.id}"
    actions.add_button(name, label, "", st.query_params.update, choose, type="tertiary", help=told)


def _show_image(session: Session, picture: Picture, side: int, square: bool) -> str:
    """Draws the photo; what it was asked as."""
    told = request_text(Request(picture.label, picture.circumstance))
    try:
        jpeg = _jpeg(session.id, picture.id, side, square, session)
        st.image(jpeg, alt=told, width="stretch")
    except InputError:  # removed, or damaged, meanwhile
        st.caption(":material/broken_image:")
    return told


@st.cache_data(max_entries=400, show_spinner=False)
def _jpeg(session_id: str, picture_id: str, side: int, square: bool, _session: Session) -> bytes:
    path = _session.path(_session.picture(picture_id))
    return jpeg_bytes(display_view(path, "centre" if square else "squash", side), 88)


def _show_warnings(key: str, session: Session, picture: Picture) -> None:
    """What may be wrong with it, and the choice."""
    words = _(", ").join(warning_texts(picture))
    st.warning(formatting.escape_markdown(words), icon=":material/warning:")
    with st.container(horizontal=True):
        actions.add_button(f"{key}.keep", _("Keep"), "check", sessions.keep, session, picture.id)
        discard = sessions.remove, session, picture.id
        actions.add_button(f"{key}.discard", _("Delete photo"), "delete", *discard)


def _show_changes(key: str, session: Session, picture: Picture) -> None:
    """Undo, retake, another label."""
    label = f"{key}.label.{picture.id}"
    st.session_state[label] = picture.label
    with st.container(horizontal=True):
        if not picture.unsettled_warnings:
            last = picture == session.pictures[-1] and not picture.phone
            words, icon = (_("Undo"), "undo") if last else (_("Delete photo"), "delete")
            actions.add_button(f"{key}.remove", words, icon, sessions.remove, session, picture.id)
        actions.add_button(f"{key}.retake", _("Retake"), "replay", turn.retake, session, picture)
        st.selectbox(
            _("Label"),
            list(dict.fromkeys([*session.classes, picture.label])),
            key=label,
            format_func=class_text,
            width=180,
            label_visibility="collapsed",
            on_change=lambda: actions.attempt(
                sessions.relabel, session, picture.id, st.session_state[label]
            ),
        )


def _show_answer(session: Session, picture: Picture, run: str, name: str) -> None:
    """What the run says, and where it finds evidence for the label: all runs on one scale."""
    answer = picture.answers.get(run)
    if answer is None:
        st.markdown(f"{_MARKS[None]} {_('Predicting')}")
        return
    says = f"{class_text(answer.predicted)} ({formatting.decimal(answer.probability)})"
    mark = _MARKS[picture.right(run)]
    st.subheader(f"{mark} {formatting.escape_markdown(says)}", anchor=False)
    jpeg = _map_jpeg(str(settings.runs_dir()), session.id, picture.id, run, picture.label, session)
    label = class_text(picture.label)
    if jpeg is None:
        st.caption(_("This machine has no class map for this photo."))
    else:
        st.image(jpeg, alt=cam_alt_text(label, name), width="stretch")
        st.caption(
            _("Bright areas are evidence for {name}.", name=formatting.escape_markdown(label))
        )


@st.cache_data(max_entries=120, show_spinner=False)
def _map_jpeg(
    runs_dir: str, session_id: str, picture_id: str, run: str, label: str, _session: Session
) -> bytes | None:
    """The class map over the photo; None where this machine has none."""
    found = read_map(settings.runs_dir(), _session, picture_id, run)
    if found is None or label not in found.classes:
        return None
    try:
        crop = open_run(settings.runs_dir(), run).recipe().crop
        view = display_view(_session.path(_session.picture(picture_id)), crop, _SIDE)
    except InputError:  # the run or the photo has gone meanwhile
        return None
    return jpeg_bytes(heat_map(view, found.density[found.classes.index(label)]))
