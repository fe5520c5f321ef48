"""Find a learning rate: asks the worker for a search, follows it, and puts its answer to use."""

from collections.abc import Callable

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, translate
from core.data.dataset import Dataset
from core.jobs.health import find_problems
from core.jobs.local import LocalExecutor, mark_lost_work
from core.jobs.queue import Queue
from core.plots import figures
from core.recipe.bands import last_trained_band_index, last_trained_band_label, scaled_bands
from core.recipe.schema import Recipe
from core.store.lr_finder import SUGGESTION_CAVEAT, LrSearch, find_lr_search
from core.store.status import utc_now
from pages import settings
from pages.widgets.shared import access, worker_notice
from pages.widgets.ui import messages, plot

_POLL_SECONDS = 1.0
_CONFIDENCE_LEVELS = (N_("good"), N_("fair"), N_("cannot tell"))  # core.store.lr_finder.Confidence
ApplyBands = Callable[[tuple[tuple[int, float], ...]], None]


def show(key: str, recipe: Recipe, dataset: Dataset, on_apply: ApplyBands) -> None:
    """The search's button, progress or result. `on_apply` takes first layer and rate per band."""
    with st.container(border=True):
        st.subheader(
            _("Learning-rate finder"),
            anchor=False,
            help=_(
                "Trains for 100 steps at increasing rates, from three random starts, and "
                "looks for where the loss falls fastest."
            ),
        )
        if last_trained_band_index(recipe) is None:
            st.caption(_("All layers are frozen, so there is no learning rate to find."))
            return
        if words := access.limit_exceeded(recipe, dataset):
            st.caption(formatting.escape_markdown(words))
            return
        search = find_lr_search(settings.runs_dir(), recipe, dataset)
        if not search.exists():
            _search_button(key, recipe, dataset, _("Find a learning rate"))
            return
        try:
            mark_lost_work(search, utc_now)
            ended = search.status().ended
            st.fragment(_show_search, run_every=None if ended else _POLL_SECONDS)(
                key, search, recipe, dataset, on_apply, ended
            )
        except InputError as error:
            messages.show_error(error)
            _search_button(key, recipe, dataset, _("Search again"))


def _search_button(key: str, recipe: Recipe, dataset: Dataset, label: str) -> None:
    if st.button(
        label,
        key=f"{key}.ask",
        icon=":material/search:",
        help=_(
            "The worker does this after the runs already waiting. It takes seconds to a few "
            "minutes."
        ),
    ):
        executor = LocalExecutor(settings.runs_dir())
        messages.rerun_after(lambda: executor.submit_lr_search(recipe, dataset))


def _show_search(
    key: str, search: LrSearch, recipe: Recipe, dataset: Dataset, on_apply: ApplyBands, ended: bool
) -> None:
    mark_lost_work(search, utc_now)
    status = search.status()
    if status.ended != ended:
        st.rerun()  # the whole page: ends the polling
    if status.state == "done":
        _show_suggestion(key, search, recipe, on_apply)
    elif status.ended:
        if status.state == "failed":
            messages.show_error(status.error or N_("The search failed."))
        else:
            st.caption(_("The search was cancelled."))
        _search_button(key, recipe, dataset, _("Search again"))
    else:
        _progress(key, search)


def _progress(key: str, search: LrSearch) -> None:
    status = search.status()
    entries = Queue(settings.runs_dir()).entries()
    behind = status.state == "queued" and entries and entries[0].work_id != search.work_id
    waits = N_("waiting for earlier runs") if behind else N_("starting")
    phase = translate(status.phase or waits)
    problems = find_problems(settings.runs_dir(), utc_now())
    worker_notice.show_progress(
        key,
        min(1.0, status.epoch / max(1, status.epochs)),
        f"{phase[:1].upper()}{phase[1:]}",
        [search],
        _("Cancel"),
        any(found.kind == "no_worker" for found in problems),
    )


def _show_suggestion(key: str, search: LrSearch, recipe: Recipe, on_apply: ApplyBands) -> None:
    found, curves = search.suggestion(), search.curves()
    if found is None:
        st.error(_("The search produced no result."), icon=":material/error:")
        return
    words, below = st.container(), st.container()
    with below:
        plot.show(
            f"{key}.plot",
            figures.lr_search_curves(curves, found.lr),
            _("Loss against learning rate: {why}", why=translate(found.why)),
        )
    with words:
        if found.lr is None:
            st.markdown(_("**Cannot tell.** {why}", why=_sentence(found.why)))
            st.caption(
                _("Keep the rates as they are, or change which layers train and search again.")
            )
            return
        sure = _("agreement: {level}", level=translate(found.confidence))
        title = _(
            "Suggested learning rate, layers {layers}", layers=last_trained_band_label(recipe)
        )
        st.metric(
            title,
            formatting.lr_text(float(f"{found.lr:.1e}")),
            sure,
            delta_color="off",
            delta_arrow="off",
            width="content",
        )
        st.caption(f"{_sentence(found.why)} {translate(SUGGESTION_CAVEAT)}")
        bands = scaled_bands(recipe, float(f"{found.lr:.1e}"))
        if bands == tuple((band.first, band.lr) for band in recipe.bands):
            st.caption(_(":material/check: The bands use this rate."))
            return
        listed = ", ".join(
            _("from {layer}: {rate}", layer=first, rate=translate(formatting.lr_text(lr)))
            for first, lr in bands
        )
        st.button(
            _("Use this rate"),
            key=f"{key}.use",
            icon=":material/check:",
            on_click=on_apply,
            args=(bands,),
            help=_("Bands: {bands}", bands=listed),
        )


def _sentence(why: str) -> str:
    finding = translate(why)
    return _("{finding}.", finding=f"{finding[:1].upper()}{finding[1:]}")
