"""The bar at the foot of Train, always in view: what the recipe changes, how long a run takes, and
the button."""

from __future__ import annotations

import streamlit as st

from core.data.dataset import Dataset
from core.recipe import Recipe
from core.recipe_file import recipe_dict
from core.words import say
from pages.widgets import changes, estimate, repeats
from pages.widgets.draft import Draft

# It must be low: on a phone it may not take half the screen.
_LOW = "<style>[data-testid=stBottomBlockContainer] {padding-block: 0.75rem}</style>"


def show(key: str, draft: Draft, recipe: Recipe, dataset: Dataset, cautioned: int) -> None:
    """cautioned: how many cautions the columns show."""
    st.html(_LOW)
    told = st.bottom.container()
    with st.bottom.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            changes.show(draft, recipe_dict(recipe))
            if cautioned:
                words = say("Cautions, at the columns' ends. None stops you.")
                st.markdown(f":orange[:material/lightbulb:] {cautioned}", width="content",
                            help=words)  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            estimate.show(f"{key}.time", recipe, dataset)
            repeats.launch(key, recipe, dataset, told)
