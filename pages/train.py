"""Train: write a recipe in three columns of thought, see what it plans, launch it."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.base.language import _
from core.data.dataset import Dataset
from core.data.split import epoch_size
from core.plots import figures
from core.recipe.files import recipe_dict
from core.recipe.schema import Recipe
from core.store.run import find_runs
from core.train.schedule import batches_per_epoch, rate_curve
from core.views import recipe_warnings as known
from core.views.layer_strip import strip_layers, trained_text
from pages import settings
from pages.widgets.shared import access, first_runs, worker_notice
from pages.widgets.train import (
    augment,
    dataset_choice,
    launch_bar,
    layer_strip,
    lr_finder,
    network,
    optimization,
    preprocessing,
    recipe_source,
    recipe_warnings,
    repeats,
    stages,
    view_grid,
)
from pages.widgets.train.draft import Draft
from pages.widgets.ui import plot

KEY = "train"
Parts = dict[str, Any]


def show_data_column(draft: Draft, dataset: Dataset) -> tuple[Parts, DeltaGenerator]:
    """Augmentation and preprocessing; and the place for the augmented views."""
    st.markdown(
        _("**Augmentation**"),
        help=_("Changes each photo at random so that the network cannot memorise the photos."),
    )
    parts = {"augment": augment.show(draft)}
    wall = st.container()
    parts |= preprocessing.show(draft)
    with st.expander(_("More: validation split")):
        parts |= preprocessing.show_split(draft, dataset)
    draft.error_containers["split"] = st.container()
    return parts, wall


def show_model_column(draft: Draft, parts: Parts, classes: int) -> tuple[Parts, DeltaGenerator]:
    """The network: its layers, how fast each learns, its head; and where to say how much trains."""
    parts = parts | network.show(draft)
    strip, trained = st.container(), st.container()
    numbers = st.container()
    parts["head"] = network.show_head(draft)
    with st.expander(_("More: maps, batch norm, precision")):
        parts |= network.show_advanced(draft, parts["backbone"])
    layers = strip_layers(parts, classes)
    with numbers:
        parts["bands"] = layer_strip.show_numbers(draft, len(layers))
    with strip:
        layer_strip.show(f"{KEY}.strip", draft, layers, parts)
    return parts, trained


def show_plan(recipe: Recipe, dataset: Dataset) -> None:
    """The planned learning rate of every band that trains, batch by batch."""
    views = epoch_size(recipe, dataset)
    curve = rate_curve(recipe, batches_per_epoch(views, recipe.batch_size))
    st.markdown(
        _("**Learning rates** over {count} epochs", count=recipe.planned_epochs()),
        help=_("In each cycle, the rates decay along a cosine, then restart."),
    )
    words = _("Planned learning rate of each band")
    plot.show(f"{KEY}.plan", figures.planned_rates(curve), words)


def show_columns(draft: Draft, name_and_seed: Parts, save_container: DeltaGenerator) -> None:
    """The three columns, and the launch beneath them. While something is wrong, views, rates and
    time are of the last recipe without a mistake, and nothing can be launched or saved."""
    columns = st.columns([10, 14, 11], border=True, gap="medium")
    titles = (_("Data and augmentation"), _("Model and learning rates"), _("Training schedule"))
    for number, column in enumerate(columns):
        column.subheader(f":primary[{number + 1}] {titles[number]}", anchor=False)
    with columns[0]:
        dataset = dataset_choice.show(KEY)
        if dataset is None:
            return
        edited, wall = show_data_column(draft, dataset)
    with columns[1]:
        edited, trained = show_model_column(draft, edited, len(dataset.classes))
    with columns[2]:
        edited["stages"] = stages.show(draft)
        curve = st.container()
        edited |= optimization.show(draft)
    recipe, wrong = draft.validate({**edited, **name_and_seed}, dataset)
    for place in (wall, curve) if wrong else ():
        place.caption(_("Showing the last valid recipe:"))
    draft.write_url(draft.last_valid)
    plain = recipe_dict(recipe)
    trained.caption(trained_text(recipe, strip_layers(plain, len(dataset.classes))))
    found = known.find_warnings(repeats.first_launched(KEY, recipe), dataset)
    with save_container:
        recipe_source.download(KEY, recipe, wrong)
    with wall:
        view_grid.show(f"{KEY}.views", recipe, dataset)
    with curve:
        show_plan(recipe, dataset)
    with columns[1]:
        lr_finder.show(
            f"{KEY}.lr", recipe, dataset, lambda rates: layer_strip.set_bands(draft, rates)
        )
    for column, about in zip(columns, known.SECTIONS, strict=True):
        with column:
            recipe_warnings.show(found, about)
    launch_bar.show(KEY, draft, recipe, dataset, len(found), wrong)


st.title(_("Train"), anchor=False)
access.limits()
worker_notice.show(f"{KEY}.worker")
if not find_runs(settings.runs_dir()):
    first_runs.show(f"{KEY}.first")
source_column, name_column = st.columns([3, 2], gap="large", vertical_alignment="bottom")
with source_column:
    chosen = recipe_source.show(KEY)
    chosen.read_url(KEY)
with name_column, st.container(horizontal=True, vertical_alignment="bottom"):
    called = recipe_source.name_and_seed(chosen)
    save_place = st.container(width="content")
chosen.error_containers["name"] = name_column.container()
show_columns(chosen, called, save_place)
