"""The language that a visitor reads: theirs alone, chosen at the top of every page, and kept in the
link (`?lang=ja`; none for English)."""

from __future__ import annotations

import threading
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.base import language
from pages.widgets.ui.assets import script

NAME = "lang"
CHOICE = {"en": "English", "ja": "日本語で表示"}  # each in its own language: not translated
_CHOSEN, _KEY = "language", "language.choice"
_HERE = Path(__file__).parent
_drawing = threading.local()  # a script's thread serves one visitor: their language
_LINKS = st.components.v2.component("overfit_lens_language", js=script("shared/language"))


def settle() -> None:
    """Before anything is said: takes the link's language, or else puts the visitor's into the link,
    from which a step to another page has taken it."""
    language.listen(spoken)
    linked = st.query_params.get(NAME, "")
    if linked in language.LANGUAGES:
        st.session_state[_CHOSEN] = linked
    _drawing.language = _asked()
    _write(spoken())


def spoken() -> str:
    """The visitor's language, also in fragments and callbacks; English where nobody looks. Asked
    for every word, so Streamlit's link and state are looked up once for a drawing."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    if not hasattr(_drawing, "language"):  # a fragment alone, without app.py
        _drawing.language = _asked()
    return str(_drawing.language)


def _asked() -> str:
    linked = st.query_params.get(NAME, "")
    return linked if linked in language.LANGUAGES else str(st.session_state.get(_CHOSEN, "en"))


def choice() -> None:
    """The other languages, in the page's header."""
    with st.container(key=_KEY, horizontal=True, gap="small"):
        st.html(_HERE / "language.css")
        _LINKS(key=f"{_KEY}.links", data={"language": spoken()}, width="content", height="content")
        for code in language.LANGUAGES:
            if code != spoken():
                st.button(
                    CHOICE[code],
                    key=f"{_KEY}.{code}",
                    type="tertiary",
                    on_click=_choose,
                    args=(code,),
                )


def _choose(code: str) -> None:
    st.session_state[_CHOSEN] = _drawing.language = code
    _write(code)


def _write(code: str) -> None:
    if code != "en":
        st.query_params[NAME] = code
    else:
        st.query_params.pop(NAME, None)
