"""Train: write a recipe in three columns of thought, see what it plans, launch it."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import cautions as known
from core import charts
from core.data.dataset import Dataset
from core.data.split import epoch_size
from core.layer_strip import strip_layers, trained_words
from core.recipe import Augment, Recipe
from core.recipe_file import recipe_dict
from core.store.run import find_runs
from core.train.schedule import batches_per_epoch, rate_curve
from core.words import say
from pages import settings
from pages.widgets import (
    augment,
    backbone,
    bands,
    begin,
    cautions,
    dataset_choice,
    door,
    first_runs,
    head,
    launch_bar,
    layer_strip,
    lr_find,
    missing_weights,
    pace,
    plot,
    recipe_link,
    repeats,
    sees,
    stages,
    views_wall,
    worker_notice,
)
from pages.widgets.draft import Draft

KEY = "train"
Parts = dict[str, Any]


def what_it_sees(draft: Draft, dataset: Dataset) -> tuple[Parts, DeltaGenerator]:
    """What is done to the photos before the network gets them; and where to show the views, near
    the controls that change them."""
    st.markdown(
        say("**Varied views**"),
        help=say(
            "Each photo is changed at random, so that the network cannot learn the photos by heart."
        ),
    )
    start = draft.begin("augment")
    shown = augment.show(draft.controls("augment"), Augment.model_validate(start))
    wall = st.container()
    parts = sees.show(draft)
    parts["augment"] = {**start, **shown}
    with st.expander(say("More: which photos validate")):
        parts |= sees.kept_aside(draft, dataset)
    draft.places["split"] = st.container()
    return parts, wall


def what_may_change(draft: Draft, parts: Parts, classes: int) -> tuple[Parts, DeltaGenerator]:
    """The network: its layers, how fast each learns, its head; and where to say how much trains."""
    parts = parts | backbone.show(draft)
    missing_weights.show(parts["backbone"], parts["weights"])
    strip, trained = st.container(), st.container()
    numbers = st.container()
    parts["head"] = head.show(draft)
    with st.expander(say("More: maps, batch norm, precision")):
        parts |= backbone.more(draft)
    layers = strip_layers(parts, classes)
    with numbers:
        parts["bands"] = bands.show(draft, len(layers))
    with strip:
        layer_strip.show(f"{KEY}.strip", draft, layers, parts)
    return parts, trained


def show_plan(recipe: Recipe, dataset: Dataset) -> None:
    """The planned learning rate of every band that trains, batch by batch."""
    views = epoch_size(recipe, dataset)
    curve = rate_curve(recipe, batches_per_epoch(views, recipe.batch_size))
    st.markdown(
        say("**Learning rates** over {count} epochs", count=recipe.planned_epochs()),
        help=say("In each cycle the rates fall along a cosine, then start again."),
    )
    words = say("Planned learning rates of each band")
    plot.show(f"{KEY}.plan", charts.planned_rates(curve), words)


def write(draft: Draft, named: Parts, save: DeltaGenerator) -> None:
    """The three columns, and the launch beneath them. While something is wrong, views, rates and
    time are of the last recipe without a mistake, and nothing can be launched or saved."""
    columns = st.columns([10, 14, 11], border=True, gap="medium")
    titles = (say("What the network sees"), say("What may change"), say("For how long"))
    for number, column in enumerate(columns):
        column.subheader(f":primary[{number + 1}] {titles[number]}", anchor=False)
    with columns[0]:
        dataset = dataset_choice.show(KEY)
        if dataset is None:
            return
        edited, wall = what_it_sees(draft, dataset)
    with columns[1]:
        edited, trained = what_may_change(draft, edited, len(dataset.classes))
    with columns[2]:
        edited["stages"] = stages.show(draft)
        curve = st.container()
        edited |= pace.show(draft)
    recipe, wrong = draft.checked({**edited, **named}, dataset)
    for place in (wall, curve) if wrong else ():
        place.caption(say("Shown without the mistake:"))
    recipe_link.write(draft, draft.valid)
    plain = recipe_dict(recipe)
    trained.caption(trained_words(recipe, strip_layers(plain, len(dataset.classes))))
    found = known.cautions(repeats.as_launched(KEY, recipe), dataset)
    with save:
        begin.download(KEY, recipe, wrong)
    with wall:
        views_wall.show(f"{KEY}.views", recipe, dataset)
    with curve:
        show_plan(recipe, dataset)
    with columns[1]:
        lr_find.show(f"{KEY}.lr", recipe, dataset, lambda rates: bands.put(draft, rates))
    for column, about in zip(columns, known.COLUMNS, strict=True):
        with column:
            cautions.show(found, about)
    launch_bar.show(KEY, draft, recipe, dataset, len(found), wrong)


st.title(say("Train"), anchor=False)
door.limits()
worker_notice.show(f"{KEY}.worker")
if not find_runs(settings.runs_dir()):
    first_runs.show(f"{KEY}.first")
start, names = st.columns([3, 2], gap="large", vertical_alignment="bottom")
with start:
    chosen = begin.show(KEY)
    recipe_link.follow(KEY, chosen)
with names, st.container(horizontal=True, vertical_alignment="bottom"):
    called = begin.name_and_seed(chosen)
    save_place = st.container(width="content")
chosen.places["name"] = names.container()
write(chosen, called, save_place)
