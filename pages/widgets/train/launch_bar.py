"""The bar at the foot of Train, always in view: what the recipe changes, how long a run takes, and
the button."""

import streamlit as st

from core.base.language import _
from core.data.dataset import Dataset
from core.recipe.draft import encode_changes
from core.recipe.files import recipe_dict
from core.recipe.schema import Recipe
from pages.widgets.shared import access, links
from pages.widgets.train import changes, estimate, repeats
from pages.widgets.train.draft import Draft

# It must be low: on a phone it may not take half the screen.
_COMPACT_STYLE = "<style>[data-testid=stBottomBlockContainer] {padding-block: 0.75rem}</style>"


def show(
    key: str, draft: Draft, recipe: Recipe, dataset: Dataset, warning_count: int, problem: str
) -> None:
    """warning_count: how many cautions the columns show. problem: why what is written cannot be
    launched; `recipe` is then another one."""
    st.html(_COMPACT_STYLE)
    outcome = st.bottom.container()
    with st.bottom.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if problem:
                st.markdown(f":red[:material/error: {problem}]", width="stretch")
            else:
                changes.show(draft, recipe_dict(recipe))
            if warning_count:
                words = _("Cautions, at the columns' ends. None stops you.")
                st.markdown(
                    f":orange[:material/lightbulb:] {warning_count}", width="content", help=words
                )
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", gap="xsmall"
        ):
            time = st.container(width="content")
            recipes = repeats.choose(key, recipe)
            with time:
                estimate.show(recipe, dataset, len(recipes))
            repeats.launch(key, recipes, dataset, outcome, problem)
            if not problem and not access.is_restricted("repeats"):
                links.to(
                    "search",
                    _("Search"),
                    help=_("Search around this recipe for one that is better, photo by photo."),
                    data=dataset.root.name,
                    file=recipe.name,
                    recipe=encode_changes(recipe_dict(Recipe()), recipe_dict(recipe)) or "{}",
                )
