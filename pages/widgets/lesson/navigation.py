"""Which step of the lesson is shown, by button, key or link (`?step=3`); the teacher's mode."""

from __future__ import annotations

import streamlit as st

from core.base.language import _
from core.lesson.steps import titles

WIDTH = 1120  # pixels of the lesson's column
_STEP, _NAV, _TOLD = "lesson.step", "lesson.nav", "lesson.told"


def current() -> int:
    """The step: that of a link that is new here, else the one that was shown last."""
    count, linked = len(titles()), st.query_params.get("step", "")
    if linked != st.session_state.get("lesson.linked"):
        known = linked.isdecimal() and 1 <= int(linked) <= count
        st.session_state[_STEP] = int(linked) if known else st.session_state.get(_STEP, 1)
    step: int = st.session_state.setdefault(_STEP, 1)
    st.query_params["step"] = st.session_state["lesson.linked"] = str(step)
    return step


def bar(step: int) -> bool:
    """The steps to choose from, and the switch for the teacher's mode; whether that is on."""
    st.session_state[_NAV] = step
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        names = titles()
        st.segmented_control(
            _("Step"),
            range(1, len(names) + 1),
            key=_NAV,
            required=True,
            label_visibility="collapsed",
            on_change=lambda: _go(st.session_state[_NAV]),
        )
        st.space("stretch")
        return st.toggle(
            _("Teacher's mode"),
            key="teach",
            bind="query-params",
            help=_(
                "Large type; the answer of each step stays hidden until you press the right "
                "arrow key."
            ),
        )


def told(step: int, teach: bool, vote: str) -> bool:
    """Whether the step's answer is to be shown: in the teacher's mode once it is asked for, else at
    once, at the first step after the vote."""
    if teach:
        return step in st.session_state.get(_TOLD, set())
    return step > 1 or bool(vote)


def buttons(step: int, hidden: bool, teach: bool) -> None:
    """Back, and next. hidden: whether the answer is: a teacher shows it first, anyone else votes
    first. The arrow keys press the buttons."""
    last = step == len(titles())
    with (
        st.bottom,
        st.container(horizontal_alignment="center"),
        st.container(horizontal=True, gap="small", width=WIDTH),
    ):
        st.button(
            _("Back"),
            key="lesson.back",
            icon=":material/arrow_back:",
            shortcut="Left",
            disabled=step == 1,
            on_click=_go,
            args=(step - 1,),
        )
        if hidden and teach:
            st.button(
                _("Show the answer"),
                key="lesson.tell",
                shortcut="Right",
                type="primary",
                on_click=_tell,
                args=(step,),
            )
        elif not last:
            st.button(
                _("Next: {title}", title=titles()[step]),
                key="lesson.next",
                shortcut="Right",
                type="primary",
                disabled=hidden,
                on_click=_go,
                args=(step + 1,),
                help=_("Vote first: A or B") if hidden else None,
            )


def _go(step: int) -> None:
    st.session_state[_STEP] = step
    st.query_params["step"] = st.session_state["lesson.linked"] = str(step)


def _tell(step: int) -> None:
    st.session_state[_TOLD] = {*st.session_state.get(_TOLD, set()), step}
