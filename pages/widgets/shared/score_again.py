"""Scores finished runs again, without training, after labels or boxes have changed."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.base import formatting
from core.base.language import _, ngettext, translate
from core.compare import tables
from core.data.dataset import Dataset
from core.jobs.local import LocalExecutor, mark_lost_work, worker_alive
from core.store.index import RunRow
from core.store.rescoring import Rescoring, outdated_runs
from core.store.status import utc_now
from pages import settings
from pages.widgets.shared import links, selection, worker_notice
from pages.widgets.ui import messages

_POLL_SECONDS = 1.0


def show(key: str, dataset: Dataset, link: Mapping[str, str] | None = None) -> None:
    """How many runs the labels have overtaken, the button, and how their scoring stands. link: of
    a set that was just captured, its parameters on the pages that show the scores."""
    waiting = bool(_unfinished(_find_requested(dataset, selection.all_runs())))
    poll = st.fragment(_show_live, run_every=_POLL_SECONDS if waiting else None)
    poll(key, dataset, waiting, dict(link or {}))


def _show_live(key: str, dataset: Dataset, polling: bool, link: dict[str, str]) -> None:
    rows = selection.all_runs()
    asked = _find_requested(dataset, rows)
    for rescoring in asked:
        mark_lost_work(rescoring, utc_now)
    waiting = _unfinished(asked)
    if bool(waiting) != polling:
        st.rerun()  # the whole page: begins or ends the polling
    labels = tables.labels_by_id(rows)
    if waiting:
        _progress(key, asked, waiting, labels)
        return
    for rescoring in asked:
        status = rescoring.status()
        if status.state == "failed":
            words = _(
                "Could not rescore {run}: {why}",
                run=labels[rescoring.id],
                why=translate(status.error or ""),
            )
            messages.show_error(words)
    behind = outdated_runs(settings.runs_dir(), rows, dataset)
    if behind:
        _offer(key, behind, labels, bool(link))
    elif any(rescoring.status().state == "done" for rescoring in asked):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                _(":material/check: The runs on these photos are scored with the current labels.")
            )
            links.to("compare", _("Compare"), **link)
            links.to("cams", _("CAMs"), **link)
            if link:
                links.to("run", _("Diagnosis"), **link)


def _offer(key: str, outdated: Sequence[RunRow], labels: dict[str, str], captured: bool) -> None:
    names = formatting.escape_markdown(", ".join(labels[row.id] for row in outdated))
    if captured:
        words = ngettext(
            "Score 1 finished run on this set",
            "Score all {count} finished runs on this set",
            len(outdated),
        )
        why = _("Their diagnoses do not include these photos yet.")
    else:
        words = ngettext(
            "Rescore 1 run with these labels",
            "Rescore {count} runs with these labels",
            len(outdated),
        )
        why = _("Their scores are based on labels or boxes that have since changed.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            words,
            key=f"{key}.ask",
            icon=":material/refresh:",
            help=_(
                "Recomputes scores, localisation and verdict without training: {names}", names=names
            ),
        ):
            ids = [row.id for row in outdated]
            executor = LocalExecutor(settings.runs_dir())
            messages.rerun_after(lambda: executor.submit_rescoring(ids))
        st.caption(why)


def _progress(
    key: str, requested: Sequence[Rescoring], waiting: Sequence[Rescoring], labels: dict[str, str]
) -> None:
    first = min(rescoring.status().created for rescoring in waiting)
    batch = [rescoring for rescoring in requested if rescoring.status().created >= first]
    done = len(batch) - len(waiting)
    now = next((r for r in waiting if r.status().state == "running"), None)
    if now:
        words = _(
            "Rescored {done} of {count} runs; now {run}",
            done=done,
            count=len(batch),
            run=labels[now.id],
        )
    else:
        words = _(
            "Rescored {done} of {count} runs; waiting for the worker",
            done=done,
            count=len(batch),
        )
    words, missing = formatting.escape_markdown(words), not worker_alive(settings.runs_dir())
    worker_notice.show_progress(key, done / len(batch), words, waiting, _("Stop"), missing)


def _find_requested(dataset: Dataset, rows: Sequence[RunRow]) -> list[Rescoring]:
    """What was asked for on this data set."""
    ids = {row.id for row in rows if row.data_path == str(dataset.root.resolve())}
    return [each for each in Rescoring.find_all(settings.runs_dir()) if each.id in ids]


def _unfinished(requested: Sequence[Rescoring]) -> list[Rescoring]:
    return [rescoring for rescoring in requested if not rescoring.status().ended]
