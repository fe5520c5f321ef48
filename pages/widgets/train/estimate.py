"""How long the run will take on this machine; it is measured first where that was never done."""

from __future__ import annotations

import streamlit as st

from core.base import formatting
from core.base.language import _, join_sentences, translate
from core.data.dataset import Dataset
from core.jobs import measure_speed
from core.recipe.schema import Recipe
from core.store.feature_folder import ALL_CACHED, NONE_CACHED
from core.train.estimate import count_photos, estimate
from core.train.speed import Speed, is_unreliable
from pages import settings
from pages.widgets.shared import access

_POLL_SECONDS = 1.0


def show(key: str, recipe: Recipe, dataset: Dataset, run_count: int) -> None:
    """One line: the estimate of so many runs, or that the machine is being measured (drawn again
    until it is)."""
    found = measure_speed.request_speed(settings.runs_dir(), recipe)
    if isinstance(found, Speed):
        _line(recipe, dataset, found, run_count)
    else:
        waits = found.state != "failed" and not access.is_restricted("worker")
        st.fragment(_wait, run_every=_POLL_SECONDS if waits else None)(key, recipe)


def _line(recipe: Recipe, dataset: Dataset, speed: Speed, run_count: int) -> None:
    photos = count_photos(dataset, recipe)
    seconds, again = (estimate(recipe, speed, photos, k).seconds for k in (NONE_CACHED, ALL_CACHED))
    fresh, known, total = (
        formatting.duration(time) for time in (seconds, again, run_count * seconds)
    )
    told = [
        _(
            "About {time} a run on this machine, from a short measurement of it. The frozen layers "
            "look at each view once; what they see (the features) is kept, so another run with the "
            "same views is faster.",
            time=fresh,
        )
    ]
    if known != fresh:
        told.append(_("Here that would make it {time}.", time=known))
    if run_count > 1:
        told.append(_("{count} runs: {time}.", count=run_count, time=total))
    if is_unreliable(speed):
        told.append(_("The machine was busy with other work when it was measured."))
    st.markdown(f":material/timer: **{total}**", width="content", help=join_sentences(*told))


def _wait(key: str, recipe: Recipe) -> None:
    found = measure_speed.request_speed(settings.runs_dir(), recipe)
    if isinstance(found, Speed):
        st.rerun()
    elif found.state == "failed":
        why = formatting.escape_markdown(translate(found.error))
        st.caption(_("This machine could not be measured: {why}", why=why))
        if st.button(_("Measure again"), key=f"{key}.again", icon=":material/timer:"):
            measure_speed.clear_failure(settings.runs_dir(), recipe)
            st.rerun()
    elif access.is_restricted("worker"):
        st.caption(_(":material/timer: Time unknown: nobody has trained such a recipe yet."))
    elif found.state == "waiting":
        st.caption(
            _(
                ":material/timer: Time unknown: this machine is measured when the training "
                "that is under way ends."
            )
        )
    else:
        st.caption(_(":material/timer: Measuring this machine…"))
