"""What a click does to a session; what went wrong is told where the page is drawn next."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.base.errors import InputError
from core.base.language import _
from pages.widgets.ui import messages

PHOTO_PARAM = "photo"  # the photo that is shown large
_PROBLEMS, _MAX_LISTED = "capture.problems", 5


def add_button(
    key: str, label: str, icon: str, action: Callable[..., object], *args: Any, **options: Any
) -> None:
    """A button that does this. icon: Streamlit's name of it; options: of st.button."""
    shown = f":material/{icon}:" if icon else None
    st.button(label, key=key, icon=shown, on_click=attempt, args=(action, *args), **options)


def attempt(action: Callable[..., object], *args: Any) -> None:
    """Does it, in a control's callback."""
    report([])
    try:
        action(*args)
    except InputError as error:
        report([str(error)])


def report(problems: list[str]) -> None:
    """Has these lines told."""
    st.session_state[_PROBLEMS] = problems


def show_problems() -> None:
    """Tells them until the next click: a line each, of many the first few."""
    problems = st.session_state.get(_PROBLEMS, [])
    for problem in problems[:_MAX_LISTED]:
        messages.show_error(problem)
    if len(problems) > _MAX_LISTED:
        st.caption(_("Other photos not added: {count}", count=len(problems) - _MAX_LISTED))
