"""What went wrong, told as it is: it may quote a stranger's file, and none of that is markup."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import translate


def message_text(problem: object) -> str:
    """One line, in the chosen language."""
    return formatting.escape_markdown(translate(str(problem)))


def show_error(problem: object, container: Any = st) -> None:
    """The line in red. container: where, the page's next place by default."""
    container.error(message_text(problem), icon=":material/error:")


@contextmanager
def show_errors(container: Any = st) -> Iterator[None]:
    """Shows the InputError that ends the block, if one does."""
    try:
        yield
    except InputError as error:
        show_error(error, container)


def rerun_after(action: Callable[[], object]) -> None:
    """Does it and draws the page again, or shows the InputError that hinders it."""
    with show_errors():
        action()
        st.rerun()
