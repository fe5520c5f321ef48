"""How long the run will take on this machine; it is measured first where that was never done."""

from __future__ import annotations

import streamlit as st

from core import text
from core.data.dataset import Dataset
from core.jobs import measure
from core.recipe import Recipe
from core.train.estimate import EVERYTHING, NOTHING, estimate, photos_of
from core.train.speed import Speed, doubtful
from core.words import say
from pages import settings
from pages.widgets import door

_POLL_SECONDS = 1.0


def show(key: str, recipe: Recipe, dataset: Dataset) -> None:
    """One line: the estimate, or that the machine is being measured (drawn again until it is)."""
    found = measure.ask(settings.runs_dir(), recipe)
    if isinstance(found, Speed):
        _line(recipe, dataset, found)
    else:
        waits = found.state != "failed" and not door.shut("worker")
        st.fragment(_wait, run_every=_POLL_SECONDS if waits else None)(key, recipe)


def _line(recipe: Recipe, dataset: Dataset, speed: Speed) -> None:
    photos = photos_of(dataset, recipe)
    fresh, known = (
        text.duration(estimate(recipe, speed, photos, k).seconds) for k in (NOTHING, EVERYTHING)
    )
    shorter = "" if known == fresh else f" Here that would make it {known}."
    doubt = " The machine was busy with other work when it was measured." if doubtful(speed) else ""
    st.markdown(
        f":material/timer: **{fresh}**",
        width="content",
        help=f"About {fresh} a run on this machine, from a short measurement of it. The frozen "
        "layers look at each view once; what they see (the features) is kept, so another run with "
        f"the same views is faster.{shorter}{doubt}",
    )


def _wait(key: str, recipe: Recipe) -> None:
    found = measure.ask(settings.runs_dir(), recipe)
    if isinstance(found, Speed):
        st.rerun()
    elif found.state == "failed":
        st.caption(f"This machine could not be measured: {text.plain_markdown(found.error)}")
        if st.button("Measure again", key=f"{key}.again", icon=":material/timer:"):
            measure.forget(settings.runs_dir(), recipe)
            st.rerun()
    elif door.shut("worker"):
        st.caption(say(":material/timer: Time unknown: nobody has trained such a recipe yet."))
    elif found.state == "waiting":
        st.caption(":material/timer: Time unknown: this machine is measured when the training that "
                   "is under way ends.")  # fmt: skip
    else:
        st.caption(":material/timer: Measuring this machine…")
