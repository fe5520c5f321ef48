"""What went wrong, told as it is: it may quote a stranger's file, and none of that is markup."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import text
from core.words import retell


def error(problem: object, at: Any = st) -> None:
    """One line in red. at: where, the page's next place by default."""
    at.error(text.plain_markdown(retell(str(problem))), icon=":material/error:")
