"""The bar at the foot of Train: changes, estimated time, Launch."""

from typing import Any

import streamlit as st

from core.base import formatting
from core.base.language import _, join_sentences, ngettext, translate
from core.data.dataset import Dataset
from core.recipe.draft import encode_recipe, list_changes, revert_key
from core.recipe.files import recipe_dict
from core.recipe.schema import Recipe
from core.store.feature_folder import ALL_CACHED, NONE_CACHED
from core.train.estimate import count_photos, estimate
from pages import settings
from pages.widgets.shared import access, links
from pages.widgets.train import repeats
from pages.widgets.train.draft import Draft

# It must be low: on a phone it may not take half the screen.
_COMPACT_STYLE = "<style>[data-testid=stBottomBlockContainer] {padding-block: 0.75rem}</style>"
_MAX_LISTED = 4  # keys that the line names; all are in the list behind it


def show(
    key: str, draft: Draft, recipe: Recipe, dataset: Dataset, warning_count: int, problem: str
) -> None:
    """warning_count: in the columns. problem: why nothing can be launched, if so."""
    st.html(_COMPACT_STYLE)
    outcome = st.bottom.container()
    with st.bottom.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if problem:
                st.markdown(f":red[:material/error: {problem}]", width="stretch")
            else:
                _show_changes(draft, recipe_dict(recipe))
            if warning_count:
                words = _("Warnings, at the end of each column. You can still launch.")
                st.markdown(
                    f":orange[:material/lightbulb:] {warning_count}", width="content", help=words
                )
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", gap="xsmall"
        ):
            time = st.container(width="content")
            recipes = repeats.choose(key, recipe)
            with time:
                _show_estimate(recipe, dataset, len(recipes))
            repeats.launch(key, recipes, dataset, outcome, problem)
            if not problem and not access.is_restricted("repeats"):
                links.to(
                    "search",
                    _("Search"),
                    help=_("Search around this recipe for a better one, compared photo by photo."),
                    data=dataset.root.name,
                    file=recipe.name,
                    recipe=encode_recipe(recipe),
                )


def _show_changes(draft: Draft, edited: dict[str, Any]) -> None:
    """A line of the keys that differ from where the draft began, and the list behind it."""
    found = list_changes(draft.base_values, edited)
    began = formatting.escape_markdown(translate(draft.title))
    if not found:
        st.markdown(_("No changes to **{recipe}**.", recipe=began), width="stretch")
        if draft.has_undone:
            st.button(
                _("Restore my changes"),
                key=f"{draft.key}.bring_back",
                type="tertiary",
                icon=":material/redo:",
                on_click=draft.redo_all,
            )
        return
    count = ngettext("1 change", "{count} changes", len(found))
    plain = formatting.escape_markdown
    with st.popover(count, icon=":material/difference:", key=f"{draft.key}.changes"):
        st.markdown(_("Changed from **{recipe}**", recipe=began))
        for number, (key, old, new) in enumerate(found):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                was = _("was {value}", value=plain(old))
                st.markdown(f"**{key}** {plain(new)}  \n:gray[{was}]", width="stretch")
                if st.button(
                    ":material/undo:",
                    key=f"{draft.key}.undo.{number}",
                    type="tertiary",
                    help=_("Reset {key}", key=key),
                ):
                    draft.override_and_rerun(revert_key(draft.base_values, edited, key))
        if st.button(_("Reset all"), key=f"{draft.key}.put_back", icon=":material/undo:"):
            draft.undo_all(edited)
    named = [f"{key} **{plain(new)}**" for key, __, new in found[:_MAX_LISTED]]
    rest = len(found) - _MAX_LISTED
    line = ", ".join(named)
    if rest > 0:
        line = _("{keys} and {count} more", keys=line, count=rest)
    st.caption(line, width="stretch")


def _show_estimate(recipe: Recipe, dataset: Dataset, run_count: int) -> None:
    """One line: the estimate of so many runs; what it rests on in its help."""
    photos, runs_dir = count_photos(dataset, recipe), settings.runs_dir()
    first = estimate(runs_dir, recipe, photos, NONE_CACHED)
    again = estimate(runs_dir, recipe, photos, ALL_CACHED)
    fresh, known, total = (
        formatting.duration(time)
        for time in (first.seconds, again.seconds, run_count * first.seconds)
    )
    words = [
        _("About {time} per run, based on earlier runs on this machine.", time=fresh)
        if first.observed
        else _("Roughly {time} per run: no run has finished on this machine yet.", time=fresh),
        _(
            "The features of frozen layers are cached, so another run with the same views is "
            "faster."
        ),
    ]
    if known != fresh:
        words.append(_("It would then take {time}.", time=known))
    if run_count > 1:
        words.append(_("{count} runs: {time}.", count=run_count, time=total))
    st.markdown(f":material/timer: **{total}**", width="content", help=join_sentences(*words))
