"""The vote on which network to ship: kept in the session, and in the link as `?vote=A`."""

import streamlit as st

from core.base.language import _
from core.lesson.glossary import SIDES

_VOTE_KEY = "lesson.vote"


def current() -> str:
    """A or B; empty before the vote."""
    linked = st.query_params.get("vote", "")
    if linked in SIDES:
        st.session_state[_VOTE_KEY] = linked
    vote: str = st.session_state.get(_VOTE_KEY, "")
    if vote:
        st.query_params["vote"] = vote
    return vote


def button(letter: str) -> None:
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
