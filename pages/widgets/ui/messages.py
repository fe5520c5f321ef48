"""What went wrong, told as it is: it may quote a stranger's file, and none of that is markup."""

from typing import Any

import streamlit as st

from core.base import formatting
from core.base.language import translate


def message_text(problem: object) -> str:
    """One line, in the chosen language."""
    return formatting.escape_markdown(translate(str(problem)))


def show_error(problem: object, container: Any = st) -> None:
    """The line in red. container: where, the page's next place by default."""
    container.error(message_text(problem), icon=":material/error:")
