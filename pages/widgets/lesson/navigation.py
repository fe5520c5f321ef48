"""Which step of the lesson is shown, by button, key or link (`?step=3`); the teacher's mode."""

import streamlit as st

from core.base.language import _
from core.lesson.glossary import SIDES
from core.lesson.steps import titles

WIDTH = 1120  # pixels of the lesson's column
_STEP_KEY, _NAV_KEY, _REVEALED_KEY = "lesson.step", "lesson.nav", "lesson.told"
_VOTE_KEY = "lesson.vote"


def current() -> int:
    """The step: that of a link that is new here, else the one that was shown last."""
    count, linked = len(titles()), st.query_params.get("step", "")
    if linked != st.session_state.get("lesson.linked"):
        known = linked.isdecimal() and 1 <= int(linked) <= count
        st.session_state[_STEP_KEY] = int(linked) if known else st.session_state.get(_STEP_KEY, 1)
    step: int = st.session_state.setdefault(_STEP_KEY, 1)
    st.query_params["step"] = st.session_state["lesson.linked"] = str(step)
    return step


def bar(step: int) -> bool:
    """The steps to choose from, and the switch for the teacher's mode; whether that is on."""
    st.session_state[_NAV_KEY] = step
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        names = titles()
        st.segmented_control(
            _("Step"),
            range(1, len(names) + 1),
            key=_NAV_KEY,
            required=True,
            label_visibility="collapsed",
            on_change=lambda: _open_step(st.session_state[_NAV_KEY]),
        )
        st.space("stretch")
        return st.toggle(
            _("Teacher's mode"),
            key="teach",
            bind="query-params",
            help=_(
                "Large text; each step's answer stays hidden until you press the right arrow key."
            ),
        )


def is_answer_shown(step: int, teacher_mode: bool, vote: str) -> bool:
    """Whether the answer is shown: in the teacher's mode on demand, at step 1 after the vote."""
    if teacher_mode:
        return step in st.session_state.get(_REVEALED_KEY, set())
    return step > 1 or bool(vote)


def buttons(step: int, answer_hidden: bool, teacher_mode: bool) -> None:
    """Back and next, also by arrow keys. A hidden answer is shown first, or voted for."""
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
            on_click=_open_step,
            args=(step - 1,),
        )
        if answer_hidden and teacher_mode:
            st.button(
                _("Show answer"),
                key="lesson.tell",
                shortcut="Right",
                type="primary",
                on_click=_reveal_answer,
                args=(step,),
            )
        elif not last:
            st.button(
                _("Next: {title}", title=titles()[step]),
                key="lesson.next",
                shortcut="Right",
                type="primary",
                disabled=answer_hidden,
                on_click=_open_step,
                args=(step + 1,),
                help=_("Vote first: A or B") if answer_hidden else None,
            )


def _open_step(step: int) -> None:
    st.session_state[_STEP_KEY] = step
    st.query_params["step"] = st.session_state["lesson.linked"] = str(step)


def _reveal_answer(step: int) -> None:
    st.session_state[_REVEALED_KEY] = {*st.session_state.get(_REVEALED_KEY, set()), step}


def current_vote() -> str:
    """A or B; empty before the vote."""
    linked = st.query_params.get("vote", "")
    if linked in SIDES:
        st.session_state[_VOTE_KEY] = linked
    vote: str = st.session_state.get(_VOTE_KEY, "")
    if vote:
        st.query_params["vote"] = vote
    return vote


def vote_button(letter: str) -> None:
    """Votes for a network; may be pressed again for the other one."""
    st.button(
        _("Ship {name}", name=letter),
        key=f"lesson.vote.{letter}",
        shortcut=letter,
        type="primary" if st.session_state.get(_VOTE_KEY) == letter else "secondary",
        width="stretch",
        on_click=_set_vote,
        args=(letter,),
    )


def _set_vote(letter: str) -> None:
    st.session_state[_VOTE_KEY] = letter
    st.query_params["vote"] = letter
