"""A choice that the link holds in English, whatever the language of its words: Streamlit's own
binding would write the words that are shown.

`read` before the control of key `name` is drawn, `write` after it.
"""

from collections.abc import Collection

import streamlit as st


def read(name: str, options: Collection[str], default: str) -> None:
    """Gives the control the link's value, unless it has one."""
    if st.session_state.get(name) not in options:
        linked = st.query_params.get(name, default)
        st.session_state[name] = linked if linked in options else default


def write(name: str, value: str, default: str) -> None:
    """Puts what is chosen into the link; what is usual needs no word."""
    if value == default:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value
