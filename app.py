"""Overfit Lens: `streamlit run app.py`. The dashboard, and beside it the page for phones."""

import streamlit as st

from server.setup import MIDDLEWARE, ROUTES, lifespan

app = st.App("pages/main.py", routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)
