"""The visitor's language: chosen at the top of every page, kept in the link (`?lang=ja`)."""

import threading
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.base import language
from pages.widgets.ui import url_state
from pages.widgets.ui.assets import script

LANGUAGE_PARAM = "lang"
LANGUAGE_NAMES = {"en": "English", "ja": "日本語で表示"}  # each in its own language: not translated
_STATE_KEY, _WIDGET_KEY = "language", "language.choice"
_HERE = Path(__file__).parent
_thread_state = threading.local()  # a script's thread serves one visitor: their language
_LINK_UPDATER = st.components.v2.component("overfit_lens_language", js=script("shared/language"))


def configure() -> None:
    """Before anything is said: takes the link's language, or else puts the visitor's into the link,
    from which a step to another page has taken it."""
    language.set_language_getter(current_language)
    linked = st.query_params.get(LANGUAGE_PARAM, "")
    if linked in language.LANGUAGES:
        st.session_state[_STATE_KEY] = linked
    _thread_state.language = _requested_language()
    _write_url(current_language())


def current_language() -> str:
    """The visitor's language, also in fragments and callbacks; English where nobody looks. Asked
    for every word, so Streamlit's link and state are looked up once for a drawing."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    if not hasattr(_thread_state, "language"):  # a fragment alone, without main.py
        _thread_state.language = _requested_language()
    return str(_thread_state.language)


def _requested_language() -> str:
    linked = st.query_params.get(LANGUAGE_PARAM, "")
    return linked if linked in language.LANGUAGES else str(st.session_state.get(_STATE_KEY, "en"))


def show_choice() -> None:
    """The other languages, in the page's header."""
    with st.container(key=_WIDGET_KEY, horizontal=True, gap="small"):
        st.html(_HERE / "language.css")
        _LINK_UPDATER(
            key=f"{_WIDGET_KEY}.links",
            data={"language": current_language()},
            width="content",
            height="content",
        )
        for code in language.LANGUAGES:
            if code != current_language():
                st.button(
                    LANGUAGE_NAMES[code],
                    key=f"{_WIDGET_KEY}.{code}",
                    type="tertiary",
                    on_click=_set_language,
                    args=(code,),
                )


def _set_language(code: str) -> None:
    st.session_state[_STATE_KEY] = _thread_state.language = code
    _write_url(code)


def _write_url(code: str) -> None:
    url_state.write(LANGUAGE_PARAM, code, "en")
