"""Plan a search and begin it, or open an earlier one."""

from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, translate
from core.data.dataset import find_datasets
from core.recipe.draft import decode_recipe
from core.recipe.files import load_recipe, preset_names
from core.recipe.schema import Recipe
from core.search import engine
from core.search.plan import Budget, plan_search
from core.search.search import Request, create_search, find_searches, open_search
from core.search.space import DEFAULT_SPACE, space_names
from core.search.words import plan_text, state_text
from core.store.status import utc_now
from pages import settings
from pages.widgets.ui import messages, url_state

_LINKED = "link"  # the choice of the recipe that Train has sent
SPACE_TITLES = {
    "everything": N_("everything"),
    "augmentation": N_("augmentation"),
    "rates-and-depth": N_("learning rates and depth"),
}
MINUTES = (5, 10, 30, 60, 180)


def show(key: str) -> None:
    """The plan of what is chosen, with a button; then earlier searches."""
    names = [path.name for path in find_datasets(settings.datasets_dir())]
    if not names:
        st.info(_("No data set yet. Import photos on the Data page."))
        return
    url_state.read("data", names, "toy_books" if "toy_books" in names else names[0])
    columns = st.columns([3, 3, 2, 2], vertical_alignment="bottom")
    data = str(columns[0].selectbox(_("Data set"), names, key="data"))
    with columns[1]:
        base = _choose_recipe(key)
    with columns[2]:
        space = url_state.select(
            "space",
            _("Search"),
            space_names(),
            DEFAULT_SPACE,
            format_func=lambda name: translate(SPACE_TITLES.get(str(name), str(name))),
            help=_(
                "What the search varies: augmentation, the learning rates and number of "
                "trained layers, or both."
            ),
        )
    with columns[3]:
        minutes = [str(each) for each in MINUTES]
        label, words = _("Training time (minutes)"), _("Excludes waiting time.")
        budget = url_state.select("minutes", label, minutes, "10", help=words)
    st.query_params["data"] = data
    if base is not None:
        _show_plan(key, settings.datasets_dir() / data, base, space, float(budget))
    show_earlier(key)


def _choose_recipe(key: str) -> Recipe | None:
    """The recipe to beat: a preset's, or the link's."""
    options, linked = list(preset_names()), st.query_params.get("recipe", "")
    titles = {_LINKED: st.query_params.get("file", "")[:80] or _LINKED}
    if linked:
        options.insert(0, _LINKED)
    name = url_state.select(
        "preset",
        _("Baseline recipe"),
        options,
        options[0],
        format_func=lambda name: titles.get(name, name),
        help=_(
            "The search tries recipes around this one. To use your own, click *Search* on the "
            "Train page."
        ),
    )
    with messages.show_errors():
        if name != _LINKED:
            return load_recipe(name)
        return decode_recipe(load_recipe("quick", {"name": titles[name]}), linked)


def _show_plan(key: str, data: Path, base: Recipe, space: str, minutes: float) -> None:
    with messages.show_errors():
        with st.spinner(_("Planning"), show_time=False):
            request = plan_search(
                settings.runs_dir(), data, base, space, Budget(minutes=minutes), utc_now
            )
        st.markdown(f":material/event_note: {formatting.escape_markdown(plan_text(request))}")
        st.button(
            _("Begin"),
            type="primary",
            icon=":material/play_arrow:",
            key=f"{key}.begin",
            on_click=_begin,
            args=(request,),
        )


def _begin(request: Request) -> None:
    search = create_search(settings.runs_dir(), request)
    engine.ensure_engine(settings.runs_dir())
    st.query_params["search"] = search.id


def show_earlier(key: str) -> None:
    """The searches, newest first, each a button that opens it."""
    found = find_searches(settings.runs_dir())
    if found:
        st.subheader(_("Searches"), anchor=False)
    for search_id in found:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            try:
                search = open_search(settings.runs_dir(), search_id)
                told = f"{search.data_dir.name}: {state_text(search)}"
            except InputError as error:
                told = translate(str(error))
            st.button(search_id, key=f"{key}.{search_id}", on_click=open_link, args=(search_id,))
            st.caption(formatting.escape_markdown(told))


def leave() -> None:
    """Back to the choice."""
    st.query_params.pop("search", None)


def open_link(search_id: str) -> None:
    """Puts a search into the link."""
    st.query_params["search"] = search_id
