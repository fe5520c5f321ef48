"""A search as it goes: the race, the table of recipes, the answer and what was not used."""

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _
from core.plots.race import importance_figure, race_figure
from core.recipe.draft import encode_recipe, list_changes
from core.recipe.files import recipe_dict
from core.search.search import Search
from core.search.words import best_so_far, race_table, recipe_table, state_text, unused_text
from core.store.run import open_run
from pages import settings
from pages.widgets.shared import links
from pages.widgets.ui import plot, reading_table

_RUN_PARAM = "run"  # a row or mark that was clicked: its run is opened


def show(key: str, search: Search) -> None:
    """Everything that is known of a search now."""
    show_answer(key, search)
    table = recipe_table(search)
    titles: dict[str, reading_table.Column | str] = {
        "recipe": _("recipe"),
        "folds": reading_table.Column(
            _("folds"), _("Finished training runs, each on one fold and seed.")
        ),
        "score": _("score"),
        "gain": reading_table.Column(
            _("gain"),
            _("Difference from the baseline recipe on the same photos, with its standard error."),
        ),
        "state": _("state"),
    }
    ids = [run if _exists(run) else "" for run in table["run"]]
    choice = reading_table.Choice(ids, _RUN_PARAM)
    label = _("Recipes tried, best first")
    shown = table.drop(columns="run")
    reading_table.show(f"{key}.table", shown, label, titles, height=460, choice=choice)
    race = race_table(search)
    if len(race):
        st.subheader(_("Race"), anchor=False)
        figure = race_figure(race, list(table["recipe"]))
        clicked = plot.show(f"{key}.race", figure, label, "race", clickable=True)
        if clicked and _exists(clicked[0]):
            st.query_params[_RUN_PARAM] = clicked[0]
    if search.importance:
        st.subheader(_("What made the difference"), anchor=False)
        words = _("Importance of each parameter")
        plot.show(f"{key}.importance", importance_figure(search.importance), words)
    st.subheader(_("What was not used"), anchor=False)
    st.caption(formatting.escape_markdown(unused_text(search)))
    if st.query_params.get(_RUN_PARAM):
        run = st.query_params.pop(_RUN_PARAM)
        if _exists(run):
            st.switch_page("run.py", query_params={"run": run})


def show_answer(key: str, search: Search) -> None:
    """How it stands, or the answer; the recipe, its difference, and the ways on."""
    told = formatting.escape_markdown(state_text(search))
    better = search.answer is not None and search.answer["code"] == "better"
    if search.answer is not None:
        box = st.success if better else st.info
        box(told, icon=":material/verified:" if better else ":material/balance:")
    else:
        st.markdown(f"**{told}**")
    name, base = str((search.answer or {}).get("chosen") or best_so_far(search)), search.names[0]
    if search.answer is None and search.results:
        st.caption(_("Best so far: {name}", name=formatting.escape_markdown(name)))
    recipe, first = search.recipes[name], search.recipes[base]
    for key_, old, new in list_changes(recipe_dict(first), recipe_dict(recipe)):
        st.markdown(f"`{key_}`: {formatting.escape_markdown(f'{old} → {new}')}")
    with st.container(horizontal=True):
        links.to(
            "train",
            _("Open {name} on Train", name=formatting.escape_markdown(name)),
            data=search.data_dir.name,
            file=name,
            recipe=encode_recipe(recipe),
        )
        links.to("runs", _("All runs of this search"), q=f"tag:{search.tag}")
        whole = [t.run for t in search.trainings if t.confirms and t.repeat == 0]
        if len(whole) == 2 and all(_exists(run) for run in whole) and search.answer is not None:
            links.to("cams", _("Class maps of both"), runs=",".join(whole))


def _exists(run: str) -> bool:
    try:
        return bool(run) and bool(open_run(settings.runs_dir(), run))
    except InputError:  # deleted since
        return False
