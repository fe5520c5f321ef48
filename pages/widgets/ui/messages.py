"""What went wrong, told as it is: it may quote a stranger's file, and none of that is markup."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.base import formatting
from core.base.language import translate


def words(problem: object) -> str:
    """One line, in the chosen language."""
    return formatting.plain_markdown(translate(str(problem)))


def error(problem: object, at: Any = st) -> None:
    """The line in red. at: where, the page's next place by default."""
    at.error(words(problem), icon=":material/error:")
