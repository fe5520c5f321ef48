"""What the network sees: a wall of the very views that training shows, made as controls change."""

import streamlit as st

from core.base.errors import InputError
from core.base.language import _
from core.data.dataset import Dataset
from core.jobs.preview import client
from core.recipe.schema import Recipe
from core.views.view_grid import epoch_text, next_epoch, view_grid_html
from pages import settings
from pages.widgets.shared import access, preview_wait
from pages.widgets.ui import messages


def show(key: str, recipe: Recipe, dataset: Dataset) -> None:
    """Augmented views of a recipe, drawn in parallel to the rest of the page."""
    if not access.show_restriction("preview") and preview_wait.show(key):
        st.fragment(_show_grid, parallel=True)(key, recipe, dataset)


def _show_grid(key: str, recipe: Recipe, dataset: Dataset) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        files = st.multiselect(
            _("Photos to preview"),
            [photo.file for photo in dataset.train],
            key=f"{key}.files.{dataset.root.name}",
            persist_state="session",
            max_selections=client.MAX_PHOTOS,
            placeholder=_("one from each of a few classes"),
            help=_(
                "What the network sees of them: eight of the actual views used in "
                "training, not examples."
            ),
        )
        again = st.button(
            _("Show other views"),
            key=f"{key}.again",
            icon=":material/refresh:",
            help=_("Views of the same photos from other epochs."),
        )
    place = st.empty()
    last = st.session_state.get(f"{key}.shown", ([], ()))
    begin = st.session_state.get(f"{key}.epoch", 1)
    if begin > recipe.planned_epochs():  # the plan has become shorter
        begin = 1
    if again:
        begin = next_epoch(last[0], recipe.planned_epochs())
        st.session_state[f"{key}.epoch"] = begin
    asked = (client.view_recipe(recipe), str(dataset.root), files, begin)
    if again or last[1] != asked:
        try:
            views = client.request_views(
                settings.runs_dir(), recipe, dataset.root, files, begin, settings.check_cancelled
            )
        except InputError as error:
            messages.show_error(error, place)
            return
        last = st.session_state[f"{key}.shown"] = views, asked
    with place.container():
        st.html(view_grid_html(last[0]))
        st.caption(epoch_text(last[0], recipe.planned_epochs(), recipe.views_per_photo))
