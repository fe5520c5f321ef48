"""A choice that the link holds in English, whatever the language of its words: Streamlit's own
binding would write the words that are shown.

`segments` and `select` do it all; for another control of key `name`, `read` before it is drawn and
`write` after it.
"""

from collections.abc import Collection, Sequence
from typing import Any

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


def segments(name: str, label: str, options: Sequence[str], default: str, **given: Any) -> str:
    """One of the options, side by side. given: to Streamlit's control."""
    read(name, options, default)
    chosen = st.segmented_control(label, options, required=True, key=name, **given) or default
    write(name, chosen, default)
    return chosen


def select(name: str, label: str, options: Sequence[str], default: str, **given: Any) -> str:
    """The same, from a list."""
    read(name, options, default)
    chosen = str(st.selectbox(label, options, key=name, **given))
    write(name, chosen, default)
    return chosen


def retain_values(key: str, names: Sequence[str]) -> None:
    """To be called before the controls of these names are drawn; a link's value goes before."""
    kept = st.session_state.setdefault(f"{key}.kept", {})
    for name in names:
        if name in st.session_state:
            kept[name] = st.session_state[name]
        elif name in kept and name not in st.query_params:
            st.session_state[name] = kept[name]
