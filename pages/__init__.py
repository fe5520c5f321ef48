"""The pages of the dashboard; app.py names them."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

# Streamlit takes a folder named `pages` for an app without navigation until app.py has run once, so
# the first link opened after a start would show a bare page, and the rest of this folder as pages.
if getattr(PagesManager, "uses_pages_directory", None):
    PagesManager.uses_pages_directory = False
    st.rerun()
