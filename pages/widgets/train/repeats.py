"""The Launch button, for one run of a recipe or for several: how much of a result is luck?"""

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, translate
from core.data.dataset import Dataset
from core.data.split import split_photos
from core.jobs.local import LocalExecutor
from core.recipe.repeats import next_seeds, repeat_over_folds, repeat_over_seeds
from core.recipe.schema import Recipe
from core.store.run import open_run
from pages import settings
from pages.widgets.shared import access, links
from pages.widgets.ui import messages, url_state

FOLDS = 5
FOLD_CHOICE = N_("{count} folds").format(count=FOLDS)
SEED_COUNTS = {N_("1 seed"): 1} | {N_("{count} seeds").format(count=n): n for n in (3, 5)}


def launch(
    key: str, recipes: Sequence[Recipe], dataset: Dataset, container: DeltaGenerator, problem: str
) -> None:
    """The button, disabled where the words `problem` tell why; what became of the click is told at
    `container`, until the runs have ended or another recipe is asked for."""
    recipe, name = recipes[0], f"{key}.launched"
    if beyond := access.limit_exceeded(recipe, dataset):
        container.warning(formatting.escape_markdown(beyond), icon=":material/lock:")
    if st.button(
        _("Launch"),
        type="primary",
        icon=":material/play_arrow:",
        key=f"{key}.go",
        disabled=bool(beyond or problem),
        help=problem or None,
    ):
        with messages.show_errors(container):
            for each in recipes:  # before any is queued
                split_photos(dataset, each)
            executor = LocalExecutor(settings.runs_dir())
            runs = [executor.submit(each, dataset.root) for each in recipes]
            st.session_state[name] = (recipes, [run.id for run in runs])
    asked, ids = st.session_state.get(name, ([], []))
    if asked == recipes and _any_unfinished(ids):
        with container, st.container(horizontal=True, vertical_alignment="center"):
            _show_queued(recipe, ids)
    elif len(recipes) > 1:
        container.caption(
            _(
                "The runs train one after another. Seeds: each uses different random "
                "numbers, and the results show how much is luck. Folds: the training "
                "photos are split into {folds} parts, each used once for validation, so "
                "every photo is used for validation.",
                folds=FOLDS,
            )
        )


def _any_unfinished(ids: Sequence[str]) -> bool:
    for id_ in ids:
        with suppress(InputError):  # deleted since
            if not open_run(settings.runs_dir(), id_).status().ended:
                return True
    return False


def first_launched(key: str, recipe: Recipe) -> Recipe:
    """The recipe with the split that it is launched with: its own, or the first of the folds."""
    if st.session_state.get(f"{key}.repeat") == FOLD_CHOICE:
        return repeat_over_folds(recipe, FOLDS)[0]
    return recipe


def _show_queued(recipe: Recipe, ids: Sequence[str]) -> None:
    """What waits now, and the ways to it."""
    several = len(ids) > 1
    if several:
        words = _(
            "{count} runs launched. They continue even if you close this page.",
            count=len(ids),
        )
    else:
        words = _(
            "{run} launched. It continues even if you close this page.",
            run=formatting.escape_markdown(recipe.name),
        )
    st.success(words, icon=":material/check_circle:")
    links.to(
        "runs",
        _("View runs") if several else _("View run"),
        icon=":material/monitoring:",
        run=ids[0],
    )
    if not several:
        links.to("run", _("Open run"), run=ids[0])


def choose(key: str, recipe: Recipe) -> list[Recipe]:
    """The recipes to launch: the one given, or several that differ by their seed or fold."""
    if access.is_restricted("repeats"):
        return [recipe]
    key = f"{key}.repeat"
    _read_url(key)
    choice = st.selectbox(
        _("Repeats"),
        [*SEED_COUNTS, FOLD_CHOICE],
        key=key,
        persist_state="session",
        format_func=translate,
        width=130,
        label_visibility="collapsed",
    )
    seeds = SEED_COUNTS.get(choice, 1)
    url_state.write("seeds", str(seeds), "1")
    st.session_state[f"{key}.linked"] = st.query_params.get("seeds", "")
    if choice == FOLD_CHOICE:
        return repeat_over_folds(recipe, FOLDS)
    return repeat_over_seeds(recipe, next_seeds(recipe, seeds))


def _read_url(key: str) -> None:
    """A link that is new here chooses; otherwise the link follows what is chosen."""
    linked = st.query_params.get("seeds", "")
    if linked == st.session_state.get(f"{key}.linked", ""):
        return
    for choice, seeds in SEED_COUNTS.items():
        if str(seeds) == linked:
            st.session_state[key] = choice
