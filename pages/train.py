"""Train: choose photos and a recipe, see what it plans, launch the run."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import charts, text
from core.data.dataset import Dataset
from core.data.split import epoch_size
from core.errors import RecipeError
from core.model.bands import band_ranges
from core.model.flat_list import network_layers
from core.recipe import ClassMapHead, Recipe
from core.recipe_file import recipe_dict, recipe_from
from core.store.compare import recipe_difference
from core.store.run import find_runs
from core.train.schedule import batches_per_epoch, rate_curve
from pages import settings
from pages.widgets import (
    augment,
    bands,
    dataset_choice,
    dropout,
    estimate,
    first_runs,
    lr_find,
    missing_weights,
    preset_choice,
    repeats,
    stages,
    views_wall,
    worker_notice,
)

KEY = "train"


def controls(preset: Recipe, key: str) -> tuple[dict[str, Any], Any]:
    """The edited recipe as plain data, and where the strip of layers goes."""
    changes: dict[str, Any] = {}
    with st.container(border=True):
        st.subheader("Which layers learn, and how fast", anchor=False)
        strip = st.container()
        left, right = st.columns([2, 3], gap="large")
        with left:
            count = len(network_layers(preset))
            changes["bands"] = bands.show(f"{key}.bands", preset, count)
        with right:
            plan = st.container()
    looks, drops, length = st.columns(3, border=True)
    with looks:
        st.subheader("Varied views", anchor=False, help="Each photo is changed at random, so that "
                     "the network cannot learn the photos by heart.")  # fmt: skip
        changes["augment"] = {**preset.augment.model_dump(mode="json"),
                              **augment.show(f"{key}.augment", preset.augment)}  # fmt: skip
    with drops:
        st.subheader("Dropout", anchor=False, help="Parts of the network are switched off at "
                     "random while it learns.")  # fmt: skip
        if isinstance(preset.head, ClassMapHead):
            rates = dropout.show(f"{key}.drop", preset.head.dropout)
            changes["head"] = {"kind": "class_map", "dropout": rates}
        else:
            st.caption("The dense head of this recipe has no dropout.")
    with length:
        st.subheader("How long", anchor=False)
        changes |= stages.show(f"{key}.stages", preset)
    return {**recipe_dict(preset), **changes}, (strip, plan)


def show_plan(recipe: Recipe, dataset: Dataset, strip: Any, plan: Any) -> None:
    """The strip of layers and the planned learning rates."""
    layers = network_layers(recipe, len(dataset.classes))
    with strip:
        bands.strip(layers, band_ranges(recipe.bands, len(layers)), f"{KEY}.strip")
    views = epoch_size(recipe, dataset)
    curve = rate_curve(recipe, batches_per_epoch(views, recipe.batch_size))
    with plan:
        st.markdown(
            f"**Planned learning rates** over {recipe.planned_epochs()} epochs",
            help="In each cycle the rates fall along a cosine, then start again.",
        )
        st.plotly_chart(charts.planned_rates(curve), key=f"{KEY}.plan", config=charts.PLOT_CONFIG)


def launch(recipe: Recipe, preset: Recipe, dataset: Dataset) -> None:
    """What differs from the preset, and the button."""
    with st.container(border=True):
        st.subheader("Launch", anchor=False)
        left, right = st.columns([3, 1], gap="large")
        with left:
            old, new = f"preset {preset.name}", "this run"
            difference = recipe_difference({old: recipe_dict(preset), new: recipe_dict(recipe)})
            if difference.empty:
                st.markdown(f"This run follows **{text.plain_markdown(preset.name)}** exactly.")
            else:
                st.markdown("What this run changes:")
                st.dataframe(difference, hide_index=True, column_config={"key": "what"})
        with right:
            estimate.show(f"{KEY}.time", recipe, dataset)
            repeats.launch(KEY, recipe, dataset)


st.title("Train", anchor=False)
worker_notice.show(f"{KEY}.worker")
if not find_runs(settings.runs_dir()):
    first_runs.show(f"{KEY}.first")
photos, recipes = st.columns(2, gap="large")
with photos:
    chosen = dataset_choice.show(KEY)
with recipes:
    start, start_key, named = preset_choice.show(KEY)
    missing_weights.show(start)
if chosen is not None:
    edited, (strip_place, plan_place) = controls(start, start_key)
    try:
        asked = recipe_from({**edited, **named})
    except RecipeError as problem:
        place = recipes if str(problem).startswith(("name", "seed")) else strip_place
        place.error(str(problem), icon=":material/error:")
    else:
        show_plan(asked, chosen, strip_place, plan_place)
        views_wall.show(f"{KEY}.views", asked, chosen)
        lr_find.show(
            f"{KEY}.lr", asked, chosen, lambda found: bands.set_rates(f"{start_key}.bands", found)
        )
        launch(asked, start, chosen)
