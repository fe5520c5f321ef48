"""Controls of a section that is closed keep their values until it is opened again.

Streamlit forgets a control that is not drawn, and takes its value out of the link: right for the
link, which tells what is on screen, and wrong for whoever comes back to a section.
"""

from collections.abc import Sequence

import streamlit as st


def retain_values(key: str, names: Sequence[str]) -> None:
    """To be called before the controls of these names are drawn; a link's value goes before."""
    kept = st.session_state.setdefault(f"{key}.kept", {})
    for name in names:
        if name in st.session_state:
            kept[name] = st.session_state[name]
        elif name in kept and name not in st.query_params:
            st.session_state[name] = kept[name]
