"""How long the run will take on this machine."""

import streamlit as st

from core.base import formatting
from core.base.language import _, join_sentences
from core.data.dataset import Dataset
from core.recipe.schema import Recipe
from core.store.feature_folder import ALL_CACHED, NONE_CACHED
from core.train.estimate import count_photos, estimate
from pages import settings


def show(recipe: Recipe, dataset: Dataset, run_count: int) -> None:
    """One line: the estimate of so many runs; what it rests on in its help."""
    photos, runs_dir = count_photos(dataset, recipe), settings.runs_dir()
    first = estimate(runs_dir, recipe, photos, NONE_CACHED)
    again = estimate(runs_dir, recipe, photos, ALL_CACHED)
    fresh, known, total = (
        formatting.duration(time)
        for time in (first.seconds, again.seconds, run_count * first.seconds)
    )
    words = [
        _("About {time} a run, from what earlier runs took on this machine.", time=fresh)
        if first.observed
        else _("Roughly {time} a run: no run has finished on this machine yet.", time=fresh),
        _("The frozen layers' features are kept, so another run with the same views is faster."),
    ]
    if known != fresh:
        words.append(_("Here that would make it {time}.", time=known))
    if run_count > 1:
        words.append(_("{count} runs: {time}.", count=run_count, time=total))
    st.markdown(f":material/timer: **{total}**", width="content", help=join_sentences(*words))
