"""Where a recipe begins: a preset, an earlier run, or a file; and the run's name and seed.

A link says `?preset=quick`, `?again=<run id>`, or `?file=<name>&recipe=<what it changes of quick>`.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, translate
from core.data.dataset import find_datasets
from core.recipe.draft import decode_recipe, encode_recipe, parse_uploaded_recipe
from core.recipe.files import load_recipe, preset_names, recipe_yaml
from core.recipe.schema import Recipe
from core.store.run import Run, open_run
from pages import settings
from pages.widgets.shared import access
from pages.widgets.train import presets
from pages.widgets.train.draft import Draft
from pages.widgets.ui import messages

_SOURCE_PARAMS = ("preset", "again", "file")
Source = tuple[str, str]  # one of _SOURCE_PARAMS, and its name


def show(key: str) -> Draft:
    """The draft that is being written, and where to begin another."""
    _sync_url(key)
    draft = _draft(key)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover(
            _("Based on **{recipe}**", recipe=formatting.escape_markdown(translate(draft.title))),
            icon=":material/flag:",
            key=f"{key}.begin",
            on_change="rerun",
        ):
            st.caption(
                _(
                    "A recipe is everything that determines a run, apart from the photos. "
                    "Your changes to one are kept while you look at another."
                )
            )
            _presets(key)
            _upload(key)
        preset = draft.title.startswith("preset")
        said = translate(presets.DESCRIPTIONS.get(draft.base.name, "")) if preset else ""
        st.caption(said or _source_text(key), width="stretch")
    return draft


def name_and_seed(draft: Draft) -> dict[str, Any]:
    """The recipe's `name` and `seed`."""
    name = st.text_input(
        _("Run name"),
        draft.start_value("name"),
        max_chars=80,
        key=draft.key_prefix("name"),
        persist_state="session",
    )
    seed = draft.number(
        "seed",
        _("Seed"),
        0,
        2**32 - 1,
        1,
        width=130,
        help=_("Another seed gives another run of the same recipe, which shows how much is luck."),
    )
    return {"name": name.strip(), "seed": seed}


def download(key: str, recipe: Recipe, problem: str) -> None:
    """The recipe as a file, every key written out; disabled where the words `problem` tell why."""
    st.download_button(
        _("Save as file"),
        recipe_yaml(recipe),
        file_name=f"{recipe.name}.yaml",
        mime="application/yaml",
        key=f"{key}.save",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
        disabled=bool(problem),
        help=problem
        or _("Saves every key as YAML, for `python -m core train FILE` or to load here again."),
    )


# --- what was chosen ------------------------------------------------------------------------------


def _sync_url(key: str) -> None:
    """A link that is new here chooses; otherwise the link follows what is chosen."""
    links = [(name, st.query_params[name]) for name in _SOURCE_PARAMS if name in st.query_params]
    new = [link for link in links if link != st.session_state.get(f"{key}.linked")]
    if new:
        problem = _set_source(key, new[0])
        if problem:
            st.warning(formatting.escape_markdown(translate(problem)), icon=":material/warning:")
    kind, name = _current_source(key)
    for other in _SOURCE_PARAMS:
        if other != kind:
            st.query_params.pop(other, None)
    st.query_params[kind] = name
    if kind == "file":
        st.query_params["recipe"] = encode_recipe(_loaded_recipes(key)[kind, name])
    else:
        st.query_params.pop("recipe", None)
    st.session_state[f"{key}.linked"] = (kind, name)


def _current_source(key: str) -> Source:
    place: Source = st.session_state.get(f"{key}.place", ("preset", preset_names()[0]))
    return place


def _set_source(key: str, source: Source) -> str:
    """Begins there; answers why it cannot, or nothing. An earlier run brings its photos along."""
    kind, name = source
    try:
        if kind == "preset" and name not in preset_names():
            return N_("No preset named {name}.").format(name=name)
        if kind == "again":
            run = open_run(settings.runs_dir(), name)
            st.session_state[f"{key}.bases"] = _loaded_recipes(key) | {source: run.recipe()}
            _select_dataset(key, run)
        if kind == "file" and source not in _loaded_recipes(key):  # as on a fresh visit
            linked = decode_recipe(Recipe(), st.query_params.get("recipe", ""))
            st.session_state[f"{key}.bases"] = _loaded_recipes(key) | {source: linked}
    except InputError as error:
        return str(error)
    st.session_state[f"{key}.place"] = source
    st.session_state.pop(f"{key}.problem", None)
    return ""


def _select_dataset(key: str, run: Run) -> None:
    """Chooses the run's data set where it is here; else keeps its name."""
    try:
        root = run.data_dir()
    except InputError:
        root = Path(Path(str(run.environment()["data"]["path"])).name)
    known = [path.resolve() for path in find_datasets(settings.datasets_dir())]
    here = root.is_absolute() and root.resolve() in known
    if here:
        st.session_state[f"{key}.data"] = root.name
    st.session_state[f"{key}.elsewhere"] = "" if here else str(root)


def _loaded_recipes(key: str) -> dict[Source, Recipe]:
    """The recipes that are not presets."""
    bases: dict[Source, Recipe] = st.session_state.get(f"{key}.bases", {})
    return bases


def _draft(key: str) -> Draft:
    kind, name = place = _current_source(key)
    if kind == "preset":
        title = N_("preset {name}").format(name=name)
        return Draft(f"{key}.{name}", title, load_recipe(name), {})
    title = N_("run {name}") if kind == "again" else N_("file {name}")
    return Draft(f"{key}.{kind}.{name}", title.format(name=name), _loaded_recipes(key)[place], {})


def _source_text(key: str) -> str:
    """What there is to say about a recipe that is no preset."""
    if _current_source(key)[0] == "file":
        return _("The recipe from your file.")
    elsewhere = st.session_state.get(f"{key}.elsewhere")
    if elsewhere:
        return _(
            "An earlier run's recipe. Its photos ({folder}) are not among the data sets "
            "here; choose others below.",
            folder=formatting.escape_markdown(elsewhere),
        )
    return _("An earlier run's recipe and photos. Change what you like and launch it again.")


# --- the popover ----------------------------------------------------------------------------------
# While it is closed the browser holds its controls' old values and sends them with the next click:
# another place has controls of its own.


def _presets(key: str) -> None:
    names = preset_names()
    kind, name = _current_source(key)
    control = f"{key}.preset.{kind}.{name}"
    st.radio(
        _("Presets"),
        names,
        index=names.index(name) if kind == "preset" else None,
        captions=[translate(presets.DESCRIPTIONS.get(name, "")) for name in names],
        key=control,
        on_change=_on_preset_change,
        args=(key, control),
    )


def _on_preset_change(key: str, widget_key: str) -> None:
    name = st.session_state[widget_key]
    if name is not None:
        _set_source(key, ("preset", str(name)))
        st.session_state[f"{key}.begin"] = False  # it closes


def _upload(key: str) -> None:
    if access.show_restriction("recipe_file"):
        return
    control = f"{key}.upload.{'.'.join(_current_source(key))}"
    st.file_uploader(
        _("or your own recipe (YAML file)"),
        type=["yaml", "yml"],
        key=control,
        on_change=_on_file_change,
        args=(key, control),
    )
    if problem := st.session_state.get(f"{key}.problem"):
        messages.show_error(problem)


def _on_file_change(key: str, widget_key: str) -> None:
    file = st.session_state[widget_key]
    st.session_state.pop(f"{key}.problem", None)
    if file is None:
        return
    try:
        recipe = parse_uploaded_recipe(file.name, file.getvalue())
    except InputError as error:
        st.session_state[f"{key}.problem"] = str(error)
        return
    place = ("file", file.name)
    st.session_state[f"{key}.bases"] = _loaded_recipes(key) | {place: recipe}
    _set_source(key, place)
    _draft(key).reset()  # an earlier file of this name may have been edited
    st.session_state[f"{key}.begin"] = False
