"""Which recipe to start from, and the run's name and seed."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.recipe import Recipe
from core.recipe_file import load_recipe, preset_names
from pages.widgets import words


def show(key: str) -> tuple[Recipe, str, dict[str, Any]]:
    """The preset to start from, the key under which its edits are kept, and name and seed."""
    name = st.selectbox(
        "Recipe to start from",
        preset_names(),
        key=f"{key}.preset",
        persist_state="session",
        help="A recipe is everything that decides a run, apart from the photos.",
    )
    st.caption(words.PRESETS.get(str(name), ""))
    # A new generation gives every control a new key, and so the preset's value.
    generation = st.session_state.setdefault(f"{key}.generation", 0)
    if st.button("Undo my changes", icon=":material/undo:", key=f"{key}.reset"):
        generation = st.session_state[f"{key}.generation"] = generation + 1
    preset, own = load_recipe(str(name)), f"{key}.{name}.{generation}"
    left, right = st.columns(2)
    with left:
        run_name = st.text_input("Name of the run", preset.name, max_chars=80, key=f"{own}.name",
                                 persist_state="session")  # fmt: skip
    with right:
        seed = st.number_input("Seed", 0, 2**32 - 1, preset.seed, key=f"{own}.seed",
                               persist_state="session", help="Another seed gives another run of "
                               "the same recipe: see how much is luck.")  # fmt: skip
    return preset, own, {"name": run_name.strip(), "seed": int(seed)}
